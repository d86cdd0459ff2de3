/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Shorter ones would be found in harmless words; a real key has more than sixty characters. */
const leastLength = 8;

/** Takes an API key (`7-AbC…`) out of texts, also the secret part of it alone. */
export function buildRedactor(apiKey: string): Redact {
  const secret = apiKey.slice(apiKey.indexOf('-') + 1);
  const parts = [apiKey, secret].filter((part) => part.length >= leastLength);
  return (text) => parts.reduce((left, part) => left.replaceAll(part, '(API key)'), text);
}

/** For ways to the middleware that know no secret. */
export const redactNothing: Redact = (text) => text;
