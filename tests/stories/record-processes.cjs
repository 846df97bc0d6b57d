// Preloaded into every hook by NODE_OPTIONS: notes what each process that the hook starts is given on its command line and in its
// environment, both of which others on the machine can read.

const { appendFileSync } = require('node:fs')
const processes = require('node:child_process')

const { spawn } = processes.ChildProcess.prototype

processes.ChildProcess.prototype.spawn = function (options) {
  const row = { file: options.file, args: options.args, environment: options.envPairs }
  appendFileSync('/run/started.jsonl', `${JSON.stringify(row)}\n`)
  return spawn.call(this, options)
}

// They start processes by another way, which is not watched: so nobody may take it.
for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
  processes[name] = () => {
    throw new Error(`a hook called ${name}`)
  }
}
