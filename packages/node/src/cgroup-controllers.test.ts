import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { handDown } from './cgroup-controllers.ts'

/** Where cgroup v2 is, alone or beside v1, and a controller it has to give away. */
const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((one) => existsSync(join(one, 'cgroup.controllers')))
const controller = root && readFileSync(join(root, 'cgroup.controllers'), 'utf8').trim().split(' ')[0]
const skip = process.getuid?.() !== 0 || !controller ? 'needs root and cgroup v2' : false

test('a cgroup with processes hands controllers down after they have moved', { skip }, async () => {
  const folder = join(root!, `sampan-test-${process.pid}`)
  const above = join(root!, 'cgroup.subtree_control')
  const was = readFileSync(above, 'utf8').split(/\s+/).includes(controller!)
  const child = spawn('sleep', ['60'])
  try {
    writeFileSync(above, `+${controller}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'cgroup.procs'), String(child.pid))
    await handDown(folder, [controller!])
    assert.match(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8'), new RegExp(`\\b${controller}\\b`))
    assert.equal(readFileSync(join(folder, 'cgroup.procs'), 'utf8'), '')
    assert.equal(readFileSync(join(folder, 'init/cgroup.procs'), 'utf8').trim(), String(child.pid))
    await handDown(folder, [controller!])
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
    if (existsSync(join(folder, 'init'))) rmdirSync(join(folder, 'init'))
    if (existsSync(folder)) rmdirSync(folder)
    if (!was) writeFileSync(above, `-${controller}`)
  }
})
