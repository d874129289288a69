import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunFailed, run, runOrThrow } from './run.ts'

test('run collects output and exit code', async () => {
  const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'])
  assert.deepEqual(result, { code: 3, stdout: 'out\n', stderr: 'err\n' })
})

test('run hands over input', async () => {
  assert.equal((await run('cat', [], { input: 'hello' })).stdout, 'hello')
})

test('run survives a program that does not read its input', async () => {
  assert.equal((await run('true', [], { input: 'x'.repeat(1_000_000) })).code, 0)
})

test('run stops a program that takes too long', async () => {
  const result = await run('sleep', ['20'], { timeoutMs: 30 })
  assert.equal(result.signal, 'SIGTERM')
})

test('runOrThrow says what the program said', async () => {
  await assert.rejects(runOrThrow('sh', ['-c', 'echo no such table >&2; exit 1']), (error) => {
    assert.ok(error instanceof RunFailed)
    assert.match(error.message, /exit 1.*no such table/)
    return true
  })
})

test('run throws when the program is not there', async () => {
  await assert.rejects(run('/no/such/program', []), { code: 'ENOENT' })
})
