import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { holderOf, Locked, takeLock, waitForLock } from './lock-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'lock-'))
after(() => rmSync(folder, { recursive: true }))

test('a lock is held until it is let go', async () => {
  const path = join(folder, 'deep', 'one')
  const letGo = await takeLock(path)
  assert.equal(await holderOf(path), process.pid)
  await assert.rejects(takeLock(path), (error) => error instanceof Locked && error.pid === process.pid)
  await letGo()
  assert.equal(await holderOf(path), undefined)
})

test('a lock of a process that is gone is taken over', async () => {
  const path = join(folder, 'stale')
  writeFileSync(path, '4194303')
  const letGo = await takeLock(path)
  assert.equal(await holderOf(path), process.pid)
  await letGo()
})

test('a waiter gets the lock when it is let go', async () => {
  const path = join(folder, 'queue')
  const letGo = await takeLock(path)
  const order: string[] = []
  const second = waitForLock(path).then((release) => {
    order.push('second')
    return release()
  })
  order.push('first lets go')
  await letGo()
  await second
  assert.deepEqual(order, ['first lets go', 'second'])
})
