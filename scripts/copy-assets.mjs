// Copies what the compiler leaves behind: the editor half of the nodes, icons, and the shell scripts sent to the NAS.
import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const assets = globSync(['nodes/**/*.{html,json}', 'lib/**/*.sh', 'lib/demo/bin/*'], { cwd: root });
for (const asset of assets) {
  const target = path.join(root, 'dist', asset);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(path.join(root, asset), target);
}
if (existsSync(path.join(root, 'icons'))) {
  cpSync(path.join(root, 'icons'), path.join(root, 'dist/nodes/icons'), { recursive: true });
}
