import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changes } from './changes.ts'
import { containerView, exited, viewOf } from './pod/fixtures.ts'
import type { PodView } from './pod/view.ts'
import type { RuntimeView } from './runtime-view.ts'

test('whoever waits for an end hears of it, or gives up, and never waits for what does not run', async () => {
  let view: PodView = viewOf([containerView('main')])
  const runtime = { uidOf: () => 'u1', of: () => view } as unknown as RuntimeView
  const changed = changes(runtime)
  const aborter = new AbortController()
  const heard: string[] = []
  const ended = changed.ended('main-0', new AbortController().signal).then(() => heard.push('ended'))
  const gaveUp = changed.ended('main-0', aborter.signal).then(() => heard.push('gave up'))
  aborter.abort()
  await gaveUp
  changed.look()
  await Promise.resolve()
  assert.deepEqual(heard, ['gave up'])
  view = viewOf([exited('main', 0)])
  changed.look()
  await ended
  assert.deepEqual(heard, ['gave up', 'ended'])
  await changed.ended('main-0', new AbortController().signal)
})
