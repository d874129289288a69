import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitsStorage, storageExcess } from './local-storage.ts'
import { container, podOf } from './pod/fixtures.ts'

const limited = (limit?: string) =>
  container('main', { resources: limit ? { limits: { 'ephemeral-storage': limit } } : {} })
const cases: { name: string; limit?: string; sizeLimit?: string; dir?: number; own?: number; want?: RegExp }[] = [
  { name: 'no limits', dir: 9999, own: 9999 },
  { name: 'within', limit: '1Ki', sizeLimit: '1Ki', dir: 500, own: 500 },
  { name: 'a full volume', sizeLimit: '1Ki', dir: 1025, want: /EmptyDir volume "data" exceeds the limit "1Ki"/ },
  { name: 'a container that writes too much', limit: '1Ki', own: 1025, want: /Container main exceeded .* "1Ki"/ },
  { name: 'too much together', limit: '1Ki', dir: 600, own: 600, want: /total limit of containers 1024/ },
]
for (const { name, limit, sizeLimit, dir = 0, own = 0, want } of cases) {
  test(`local storage: ${name}`, () => {
    const pod = podOf({ spec: { containers: [limited(limit)], volumes: [{ name: 'data', emptyDir: { sizeLimit } }] } })
    const ending = storageExcess(pod, { emptyDirs: new Map([['data', dir]]), containers: new Map([['main', own]]) })
    assert.equal(ending !== undefined, want !== undefined)
    if (want) assert.match(ending?.message ?? '', want)
    assert.equal(limitsStorage(pod), limit !== undefined || sizeLimit !== undefined)
  })
}
