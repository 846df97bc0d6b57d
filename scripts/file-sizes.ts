// The table of file sizes, and the gate: no file of TypeScript is longer than 250 lines (house style).

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const longest = 250
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], { encoding: 'utf8' })
  .trim()
  .split('\n')
const rows = files.map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))

for (const folder of ['src', 'tests', 'scripts']) {
  const sizes = rows
    .flatMap(({ file, lines }) => (file.startsWith(`${folder}/`) ? [lines] : []))
    .sort((a, b) => a - b)
  const at = (share: number): number =>
    sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))] ?? 0
  console.log(`${folder}: ${sizes.length} files · median ${at(0.5)} · p90 ${at(0.9)} · max ${at(1)} lines`)
}

const tooLong = rows.filter(({ lines }) => lines > longest)
for (const { file, lines } of tooLong)
  console.error(`${file}: ${lines} lines; split it, ${longest} are the limit`)
process.exit(tooLong.length === 0 ? 0 : 1)
