// Feeds every parser texts of the largest size that make bad regular expressions and recursions take for ever.
import { badblocksTexts, maxLength, smartTexts } from './inputs.mts';
import { targets } from './every-target.mts';

const pieces = [
  ' ',
  '\t',
  '\n',
  '\b',
  '0',
  '9',
  'a',
  '/',
  '-',
  '[',
  '{"a":',
  '\ud83d',
  '\u202e',
  'set/',
  'drive/a/',
  'burnin-begin\n',
  'json\t1\t\n',
  'Reading and comparing:',
  'Testing with pattern 0xaa: ',
  '0.00% done, 0:00 elapsed. ',
  'SHA256:',
  'a,',
  'a@',
];
const texts = [
  ...pieces.map((piece) => piece.repeat(Math.floor(maxLength / piece.length))),
  ...pieces.map((piece) => `${piece.repeat(Math.floor(maxLength / piece.length) - 1)}!`),
  badblocksTexts.join('').slice(0, maxLength),
  smartTexts.join('').slice(0, maxLength),
];

for (const { covers, feed } of targets) {
  for (const text of texts) {
    process.stdout.write(`${covers.join()} ${JSON.stringify(text.slice(0, 20))}\n`);
    feed(text);
  }
}
