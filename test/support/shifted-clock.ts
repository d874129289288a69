import { readFileSync, watchFile } from 'node:fs'

/**
 * Loaded before a program (`NODE_OPTIONS=--import=…`): the time of day it sees is off by the milliseconds in the file named by
 * SAMPAN_TEST_CLOCK, and jumps when that file changes. Timers go on as they do when a machine's clock is set.
 */
const file = process.env.SAMPAN_TEST_CLOCK ?? ''
const Real = Date
let offset = read()

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return 0
  }
}

const now = () => Real.now() + offset
globalThis.Date = new Proxy(Real, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : Reflect.construct(target, args)),
  apply: () => new Real(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
if (file)
  watchFile(file, { interval: 100, persistent: false }, () => {
    offset = read()
  })
