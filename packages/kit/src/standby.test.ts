import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standby } from './standby.ts'

test('each input goes to a program of its own, which waited for it', async () => {
  const one = standby('sh', ['-c', 'echo $$; cat'])
  const first = await one.run('a')
  const second = await one.run('b')
  assert.equal(first.code, 0)
  assert.match(first.stdout, /^\d+\na$/)
  assert.match(second.stdout, /^\d+\nb$/)
  assert.notEqual(first.stdout.split('\n')[0], second.stdout.split('\n')[0])
  one.close()
})

test('two at once are two programs', async () => {
  const one = standby('cat', [])
  const results = await Promise.all(['a', 'b', 'c'].map((text) => one.run(text)))
  assert.deepEqual(
    results.map(({ stdout }) => stdout),
    ['a', 'b', 'c'],
  )
  one.close()
})

test('exit code and what it says are given as they are, also when it reads nothing', async () => {
  const one = standby('sh', ['-c', 'echo no >&2; exit 3'])
  for (let i = 0; i < 3; i++) assert.deepEqual(await one.run('x'), { code: 3, stdout: '', stderr: 'no\n' })
  one.close()
})

test('one that was killed while it waited is replaced', async () => {
  const one = standby('sh', ['-c', 'echo $$; cat'])
  await one.run('a')
  await new Promise((resolve) => setTimeout(resolve, 100))
  // The one that waits is a child of this process: find and kill it.
  const { readFileSync } = await import('node:fs')
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number)
  for (const pid of children) process.kill(pid, 'SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.match((await one.run('b')).stdout, /\nb$/)
  one.close()
})

test('a program that is not there is told to the caller', async () => {
  const one = standby('/nowhere/at/all', [])
  await assert.rejects(one.run('x'), { code: 'ENOENT' })
  one.close()
})

test('one that never ends is ended', async () => {
  const one = standby('sleep', ['60'])
  assert.equal((await one.run('x', 100)).signal, 'SIGKILL')
  one.close()
})
