import { UnreachableError } from '../core/refusal';
import type { LinkState } from '../core/views';
import type { Shell, ShellRequest, ShellResult } from '../nas/shell';
import { describeError } from './engine-base';

/**
 * A shell to a NAS that is still being made. Requests wait for it; when it cannot be made, they reject and the state
 * says why.
 */
export class LaterShell implements Shell {
  readonly #making: Promise<Shell>;
  readonly #listeners = new Set<() => void>();
  #shell: Shell | null = null;
  #trouble: string | null = null;

  constructor(making: Promise<Shell>) {
    this.#making = making.catch((error: unknown) => {
      this.#trouble = describeError(error);
      this.#tell();
      throw new UnreachableError(this.#trouble, { cause: error });
    });
    this.#making.then(
      (shell) => {
        this.#shell = shell;
        shell.onChange(() => this.#tell());
        this.#tell();
      },
      () => undefined,
    );
  }

  get state(): LinkState {
    return this.#shell?.state ?? (this.#trouble === null ? 'connecting' : 'disconnected');
  }

  get message(): string {
    return this.#shell?.message ?? this.#trouble ?? 'starting';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async run(request: ShellRequest): Promise<ShellResult> {
    return (await this.#making).run(request);
  }

  async close(): Promise<void> {
    const shell = await this.#making.catch(() => null);
    await shell?.close();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
