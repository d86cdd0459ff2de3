/** Text in which user and password of a URL are masked, however they are written: plain, escaped or in base64. */
export function redactSecrets(text: string, url: URL): string {
  const user = decode(url.username);
  const password = decode(url.password);
  const plain = [url.password, password, url.username, user];
  const logins = [`\0${user}\0${password}`, `${user}:${password}`, password, user];
  const secrets = [...logins.map((login) => Buffer.from(login).toString('base64')), ...plain];
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** A part of a URL with its escapes resolved, as it is where they are not valid. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
