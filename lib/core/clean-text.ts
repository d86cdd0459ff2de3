/**
 * Foreign text (a serial, a log line) as one harmless line: breaks and tabs become blanks; control characters, invisible
 * direction marks and broken characters become U+FFFD. Cut to `maxLength` characters with an ellipsis.
 */
export function cleanText(text: string, maxLength = 1000): string {
  // Cutting first bounds the work; a cut inside a pair leaves half a character, which is then replaced.
  const head = text.slice(0, maxLength * 2);
  const line = head
    .replace(/[\t\r\n\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd')
    .trim();
  const characters = Array.from(line);
  const isCut = text.length > head.length || characters.length > maxLength;
  return isCut ? `${characters.slice(0, maxLength - 1).join('')}…` : line;
}

/**
 * Text broken into lines of at most `width` characters, blanks first, long words where they must. `first` starts the
 * first line, blanks of the same length all others.
 */
export function wrapText(text: string, width: number, first = ''): readonly string[] {
  const room = width - first.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((item) => splitWord(item, room))) {
    if (line !== '' && countCharacters(line) + 1 + countCharacters(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((item, index) => `${index === 0 ? first : ' '.repeat(first.length)}${item}`.trimEnd());
}

/** Text filled up with blanks to `width` characters. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - countCharacters(text)));
}

function countCharacters(text: string): number {
  return Array.from(text).length;
}

function splitWord(word: string, room: number): readonly string[] {
  const characters = Array.from(word);
  const count = Math.max(1, Math.ceil(characters.length / room));
  return Array.from({ length: count }, (_, part) =>
    characters.slice(part * room, (part + 1) * room).join(''),
  );
}
