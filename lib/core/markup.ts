/** HTML that is safe to show: made by `markup` alone. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** Builds HTML from a template. Every value that is not Markup itself is escaped, in text and in quoted attributes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const html = parts.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + toHtml(value);
  });
  return { html: html.join('') };
}

function toHtml(value: Value): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  if (typeof value === 'number') return String(value);
  return 'html' in value ? value.html : value.map((item) => item.html).join('');
}
