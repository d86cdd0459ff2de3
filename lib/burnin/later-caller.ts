import { UnreachableError } from '../core/refusal';
import type { TruenasVersion } from '../core/truenas-version';
import type { TruenasView } from '../core/views';
import type { TruenasCaller, TruenasCallOptions } from '../nas/truenas/truenas-caller';
import { describeError } from './engine-base';

/** A way to the middleware of a NAS that is still being made. Calls wait for it; when it cannot be made, they reject. */
export class LaterCaller implements TruenasCaller {
  readonly #making: Promise<TruenasCaller>;
  readonly #hints = new Set<(collection: string) => void>();
  readonly #changes = new Set<() => void>();
  #caller: TruenasCaller | null = null;
  #trouble: string | null = null;

  constructor(making: Promise<TruenasCaller>) {
    this.#making = making.catch((error: unknown) => {
      this.#trouble = describeError(error);
      this.#tell();
      throw new UnreachableError(this.#trouble, { cause: error });
    });
    this.#making.then(
      (caller) => {
        this.#caller = caller;
        caller.onChange(() => this.#tell());
        caller.onHint((collection) => this.#hints.forEach((listener) => listener(collection)));
        this.#tell();
      },
      () => undefined,
    );
  }

  get view(): TruenasView {
    if (this.#caller !== null) return this.#caller.view;
    const link = this.#trouble === null ? 'connecting' : 'disconnected';
    return { way: 'json_rpc', version: null, link, message: this.#trouble ?? 'starting' };
  }

  get version(): TruenasVersion | null {
    return this.#caller?.version ?? null;
  }

  async call(method: string, params: readonly unknown[], options?: TruenasCallOptions): Promise<unknown> {
    return (await this.#making).call(method, params, options);
  }

  onHint(listener: (collection: string) => void): () => void {
    this.#hints.add(listener);
    return () => void this.#hints.delete(listener);
  }

  onChange(listener: () => void): () => void {
    this.#changes.add(listener);
    return () => void this.#changes.delete(listener);
  }

  async close(): Promise<void> {
    const caller = await this.#making.catch(() => null);
    await caller?.close();
  }

  #tell(): void {
    this.#changes.forEach((listener) => listener());
  }
}
