/** Milliseconds that a piece of work took. */
export async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** One comparison: how many times as much the first takes as the second, over interleaved rounds. */
export interface Figure {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** Measures two ways side by side, in turn and in alternating order, so that a machine's moods hit both. */
export async function compare(
  name: string,
  rounds: number,
  pair: readonly [() => Promise<number>, () => Promise<number>],
): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isSwapped = round % 2 === 1;
    const first = await pair[isSwapped ? 1 : 0]();
    const second = await pair[isSwapped ? 0 : 1]();
    ratios.push(isSwapped ? second / first : first / second);
  }
  ratios.sort((a, b) => a - b);
  const at = (share: number) => ratios[Math.round(share * (rounds - 1))] ?? Number.NaN;
  return { name, median: at(0.5), min: at(0), max: at(1), rounds };
}

/** The figures as a table in Markdown. */
export function buildTable(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ name, median, min, max, rounds }) =>
      `| ${name} | ${median.toFixed(2)} | ${min.toFixed(2)} – ${max.toFixed(2)} | ${rounds} |`,
  );
  return ['| Ratio | Median | Range | Rounds |', '| --- | --: | --: | --: |', ...rows].join('\n');
}
