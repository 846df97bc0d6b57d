// Preloaded into every hook by NODE_OPTIONS: notes what each process that the hook starts is given on its command line and in its
// environment, both of which others on the machine can read.

const { appendFileSync } = require('node:fs')
const processes = require('node:child_process')

const { spawn } = processes.ChildProcess.prototype

processes.ChildProcess.prototype.spawn = function (options) {
  note({ file: options.file, args: options.args, environment: options.envPairs })
  const outcome = spawn.call(this, options)
  if (options.file === '/bin/sh') noteLines(this.stdin)
  return outcome
}

function note(row) {
  appendFileSync('/run/started.jsonl', `${JSON.stringify(row)}\n`)
}

// Each line that a shell is given it starts a hook tool of (src/juju/tool-shell.ts), in the environment that it was started with.
function noteLines(stdin) {
  const { write } = stdin
  stdin.write = (line, ...rest) => {
    const args = String(line).trim().split(' ')
    note({ file: args[0], args })
    return write.call(stdin, line, ...rest)
  }
}

// They start processes by another way, which is not watched: so nobody may take it.
for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
  processes[name] = () => {
    throw new Error(`a hook called ${name}`)
  }
}
