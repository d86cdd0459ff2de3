/** The value at a path of member names and array positions, or undefined where the path does not exist. */
export function valueAt(json: unknown, ...path: readonly (string | number)[]): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

/** A finite number at the path, else null. */
export function numberAt(json: unknown, ...path: readonly (string | number)[]): number | null {
  const value = valueAt(json, ...path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A number of things at the path: finite and not negative, else null. */
export function countAt(json: unknown, ...path: readonly (string | number)[]): number | null {
  const value = numberAt(json, ...path);
  return value !== null && value >= 0 ? value : null;
}

/** Text at the path without blanks around it, null where there is none. */
export function textAt(json: unknown, ...path: readonly (string | number)[]): string | null {
  const value = valueAt(json, ...path);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** True or false at the path, else null. */
export function flagAt(json: unknown, ...path: readonly (string | number)[]): boolean | null {
  const value = valueAt(json, ...path);
  return typeof value === 'boolean' ? value : null;
}

/** The elements of an array at the path, none where there is no array. */
export function itemsAt(json: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const value = valueAt(json, ...path);
  return Array.isArray(value) ? value : [];
}
