// Compares what `npm pack` would ship with what the package needs at its user's, and names every difference.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const nodes = Object.values(manifest['node-red'].nodes);

/** Files under a source folder, as they are named after the build. */
const built = (pattern) => globSync(pattern, { cwd: root }).map((file) => `dist/${file}`);

const needed = [
  'package.json',
  'LICENSE',
  'README.md',
  ...nodes.flatMap((file) => [file, file.replace(/\.js$/, '.html')]),
  ...built('nodes/**/locales/**/*.json'),
  ...globSync('icons/*', { cwd: root }).map((file) => `dist/nodes/${file}`),
  ...built('lib/**/*.sh'),
  ...built('lib/demo/bin/*'),
  ...built('{lib,nodes,flows}/**/*.ts').map((file) => file.replace(/\.ts$/, '.js')),
  ...globSync('{examples,flows}/*.json', { cwd: root }),
];

/** Each with what is wrong with such a file in a package. */
const unwanted = [
  [/(?<!\.d)\.m?ts$/, 'is a source'],
  [/(^|\/)(test|bench|coverage|node_modules)\//, 'is for development only'],
  [/(^|\/)data\/|\.(sqlite|db)(-\w+)?$/, 'is data'],
  [/_cred\.json$|(^|\/)\.env|credential-secret|\.(pem|key)$/, 'may hold a secret'],
];

const problems = judge(listPacked());
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log('The package holds all it needs and nothing else.');
process.exitCode = problems.length === 0 ? 0 : 1;

/** Paths as npm would pack them. */
function listPacked() {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(output);
  const [first] = Array.isArray(packed) ? packed : Object.values(packed);
  return first.files.map((file) => file.path);
}

function judge(packed) {
  const missing = needed.filter((file) => !packed.includes(file)).map((file) => `missing: ${file}`);
  const extra = packed.flatMap((file) =>
    unwanted.filter(([pattern]) => pattern.test(file)).map(([, why]) => `not wanted: ${file} ${why}`),
  );
  const stale = packed
    .filter((file) => /^dist\/(lib|nodes|flows)\/.*\.js$/.test(file) && !needed.includes(file))
    .filter((file) => !file.startsWith('dist/lib/demo/bin/'))
    .map((file) => `left over from an earlier build: ${file}`);
  return [...new Set([...missing, ...extra, ...stale])];
}
