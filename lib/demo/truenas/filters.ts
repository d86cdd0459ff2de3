import { complain, invalid, noMatch } from './errors';

type Row = Readonly<Record<string, unknown>>;

/** The second parameter of a query. */
export interface QueryOptions {
  readonly extra: Readonly<Record<string, unknown>>;
  readonly orderBy: readonly string[];
  readonly select: readonly string[];
  readonly limit: number;
  readonly offset: number;
  readonly isCount: boolean;
  readonly isGet: boolean;
}

const operators: Readonly<Record<string, (value: unknown, given: unknown) => boolean>> = {
  '=': (value, given) => value === given || (value === null && given === null),
  '!=': (value, given) => value !== given,
  '>': (value, given) => compare(value, given) > 0,
  '>=': (value, given) => compare(value, given) >= 0,
  '<': (value, given) => compare(value, given) < 0,
  '<=': (value, given) => compare(value, given) <= 0,
  // Python's `re.match`: from the beginning.
  '~': (value, given) => new RegExp(`^(?:${String(given)})`).test(textOf(value)),
  in: (value, given) => Array.isArray(given) && given.includes(value),
  nin: (value, given) => Array.isArray(given) && !given.includes(value),
  rin: (value, given) => value !== null && textOf(value).includes(String(given)),
  rnin: (value, given) => value !== null && !textOf(value).includes(String(given)),
  '^': (value, given) => textOf(value).startsWith(String(given)),
  '!^': (value, given) => !textOf(value).startsWith(String(given)),
  $: (value, given) => textOf(value).endsWith(String(given)),
  '!$': (value, given) => !textOf(value).endsWith(String(given)),
};

/** Filters and shapes rows as `*.query` does. Text stays text: a serial of digits equals no number. */
export function query(rows: readonly object[], params: readonly unknown[]): unknown {
  const [filters = [], given = {}] = params;
  if (!Array.isArray(filters)) throw invalid(complain('filters', 'Input should be a valid list'));
  const options = readOptions(given);
  const found = (rows as readonly Row[]).filter((row) => filters.every((filter) => isMatch(row, filter)));
  if (options.isCount) return found.length;
  const sorted = sort(found, options.orderBy).slice(options.offset);
  const cut = options.limit === 0 ? sorted : sorted.slice(0, options.limit);
  const shaped = options.select.length === 0 ? cut : cut.map((row) => pick(row, options.select));
  if (!options.isGet) return shaped;
  if (shaped[0] === undefined) throw noMatch();
  return shaped[0];
}

export function readOptions(given: unknown): QueryOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(complain('options', 'Input should be a valid dictionary'));
  }
  const at = given as Row;
  const known = ['extra', 'order_by', 'select', 'limit', 'offset', 'count', 'get', 'relationships'];
  for (const name of Object.keys(at)) {
    if (!known.includes(name) && !name.startsWith('extend') && name !== 'prefix') {
      throw invalid(complain(`options.${name}`, 'Extra inputs are not permitted'));
    }
  }
  return {
    extra: (at['extra'] ?? {}) as Row,
    orderBy: (at['order_by'] ?? []) as string[],
    select: (at['select'] ?? []) as string[],
    limit: Number(at['limit'] ?? 0),
    offset: Number(at['offset'] ?? 0),
    isCount: at['count'] === true,
    isGet: at['get'] === true,
  };
}

function isMatch(row: Row, filter: unknown): boolean {
  if (!Array.isArray(filter)) throw invalid(complain('filters', 'Input should be a valid list'));
  const [left, operator, right] = filter as readonly unknown[];
  if (left === 'OR' && Array.isArray(operator)) {
    return operator.some((branch: unknown) => isBranchMatch(row, branch));
  }
  if (filter.length !== 3 || typeof operator !== 'string') {
    throw invalid(complain('filters', `Invalid filter ${JSON.stringify(filter)}`));
  }
  const isCaseless = operator.startsWith('C') && operator.length > 1;
  const test = operators[isCaseless ? operator.slice(1) : operator];
  if (test === undefined) throw invalid(complain('filters', `Invalid operation: ${operator}`));
  const value = valueAt(row, String(left));
  return isCaseless ? test(lower(value), lower(right)) : test(value, right);
}

/** A branch of an OR is one filter, or several that have to hold at once. */
function isBranchMatch(row: Row, branch: unknown): boolean {
  if (Array.isArray(branch) && Array.isArray(branch[0])) return branch.every((each) => isMatch(row, each));
  return isMatch(row, branch);
}

function valueAt(row: Row, dotted: string): unknown {
  let value: unknown = row;
  for (const part of dotted.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Row)[part];
  }
  return value;
}

function sort(rows: readonly Row[], orderBy: readonly string[]): readonly Row[] {
  return orderBy.reduceRight<readonly Row[]>((sorted, name) => {
    const isDown = name.startsWith('-');
    const key = isDown ? name.slice(1) : name;
    return [...sorted].sort((a, b) => compare(valueAt(a, key), valueAt(b, key)) * (isDown ? -1 : 1));
  }, rows);
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, valueAt(row, name)]));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value === null || value === undefined
      ? ''
      : JSON.stringify(value);
}

function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  return typeof value === 'string' ? value.toLowerCase() : value;
}
