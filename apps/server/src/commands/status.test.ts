import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateOf } from './status.ts'

const all = ['supervisor', 'containerd', 'engine', 'platform']
const cases: { name: string; running: string[]; isHealthy?: boolean; state: string; remedy?: RegExp }[] = [
  { name: 'all is well', running: all, isHealthy: true, state: 'running' },
  { name: 'after sampan down', running: ['containerd'], state: 'stopped', remedy: /Apps go on running.*sampan up/ },
  { name: 'after a reboot', running: [], state: 'stopped', remedy: /^Start it: sampan up --detach$/ },
  {
    name: 'the engine is being started again',
    running: ['supervisor', 'containerd'],
    state: 'degraded',
    remedy: /started again; \/h\/logs says why/,
  },
  {
    name: 'the supervisor was killed',
    running: ['engine', 'platform'],
    state: 'degraded',
    remedy: /Nobody starts.*up/,
  },
]
for (const { name, running, isHealthy = false, state, remedy } of cases) {
  test(`status says what to do: ${name}`, () => {
    const processes = all.map((each, i) => ({ name: each, ...(running.includes(each) && { pid: i + 1 }) }))
    const found = stateOf(processes, isHealthy, '/h')
    assert.equal(found.state, state)
    if (remedy) assert.match(found.remedy ?? '', remedy)
    else assert.equal(found.remedy, undefined)
  })
}
