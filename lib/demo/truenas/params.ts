import { complain, invalid } from './errors';

/** Readers of a call's parameters that complain as the middleware does. */

export function textParam(params: readonly unknown[], index: number, name: string): string {
  const value = params[index];
  if (typeof value === 'string') return value;
  throw invalid(complain(name, value === undefined ? 'Field required' : 'Input should be a valid string'));
}

export function flagParam(params: readonly unknown[], index: number, name: string): boolean {
  const value = params[index] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(complain(name, 'Input should be a valid boolean'));
}

export function objectParam(
  params: readonly unknown[],
  index: number,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = params[index] ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw invalid(complain(name, 'Input should be a valid dictionary'));
}

export function textsParam(params: readonly unknown[], index: number, name: string): readonly string[] {
  const value = params[index] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw invalid(complain(name, 'Input should be a valid list'));
}

export function refuseMore(params: readonly unknown[], most: number): void {
  if (params.length > most) throw invalid(complain('', 'Too many arguments provided'));
}
