'use strict';

/**
 * Installs what the target in the current folder has locked, and a copy of this kit, unless they are what was installed
 * last: `npm ci` begins anew each time.
 */

const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const STAMP = join('node_modules', '.built-from');

/** Everything that decides what is installed. */
function sources() {
  const kit = readdirSync(join(__dirname, 'lib')).map((name) => join(__dirname, 'lib', name));
  return ['package.json', 'package-lock.json', '.npmrc', join(__dirname, 'package.json'), ...kit];
}

const hash = createHash('sha256').update(process.version);
for (const file of sources().sort()) hash.update(`\n${file}\n`).update(readFileSync(file));
const stamp = hash.digest('hex');
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp) {
  execFileSync('npm', ['ci'], { stdio: 'inherit' });
  writeFileSync(STAMP, stamp);
}
