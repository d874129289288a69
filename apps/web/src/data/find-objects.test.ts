import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import type { ApiKind } from './discovery.ts'
import { type Finding, findNamed, findObjects } from './find-objects.ts'

const kind = (plural: string, more: Partial<ApiKind> = {}): ApiKind => ({
  group: '',
  version: 'v1',
  kind: plural,
  plural,
  isNamespaced: true,
  verbs: ['list'],
  shortNames: [],
  categories: [],
  subresources: [],
  path: `/api/v1/${plural}`,
  isPreferred: true,
  ...more,
})
const object = (name: string) => ({ metadata: { namespace: 'shop', name } })

/** A server with so many objects of each kind, given out in pages. */
const serverWith = (counts: Record<string, number>) => {
  const asked: string[] = []
  return {
    asked,
    async list(path: string) {
      asked.push(path)
      const url = new URL(path, 'http://kube')
      const plural = url.pathname.split('/').at(-1)!
      const count = counts[plural]
      if (count === undefined) throw new Refused(403, 'You may not.')
      const [, wanted] = url.searchParams.get('fieldSelector')?.split('=') ?? []
      const all = Array.from({ length: count }, (_, i) => object(`${plural}-${i}`))
      if (wanted) return { metadata: {}, items: all.filter(({ metadata }) => metadata.name === wanted) }
      const from = Number(url.searchParams.get('continue') ?? 0)
      const to = from + Number(url.searchParams.get('limit'))
      return { metadata: { ...(to < count && { continue: String(to) }) }, items: all.slice(from, to) }
    },
  }
}

async function find(counts: Record<string, number>, kinds: ApiKind[], mostPerKind?: number) {
  const server = serverWith(counts)
  const told: Finding[] = []
  await findObjects({
    signal: new AbortController().signal,
    onMore: (finding) => told.push(finding),
    kinds: async () => kinds,
    list: server.list,
    pageSize: 10,
    gatherMs: 0,
    ...(mostPerKind && { mostPerKind }),
  })
  return { told, server, last: told.at(-1)! }
}

test('every object of every kind is found, however many pages; kinds that are refused are left out', async () => {
  const all = [kind('pods'), kind('secrets'), kind('services'), kind('events'), kind('pods', { isPreferred: false })]
  const { last, told, server } = await find({ pods: 95, services: 3 }, all)
  assert.equal(last.found.length, 98)
  assert.deepEqual([last.isComplete, last.cut.length], [true, 0])
  assert.ok(told.length > 2 && !told[0]!.isComplete, 'told as it comes')
  assert.ok(server.asked.every((path) => !path.includes('events')))
  assert.equal(last.found[0]!.text, 'pods-0 pods · shop')
})

test('what is beyond the most is named, and found by its whole name', async () => {
  const pods = kind('pods')
  const { last, server } = await find({ pods: 95 }, [pods], 20)
  assert.equal(last.found.length, 20)
  assert.deepEqual(last.cut, [pods])
  const signal = new AbortController().signal
  assert.deepEqual(
    (await findNamed(last.cut, 'pods-77', { signal, list: server.list })).map(({ href }) => href),
    ['/cluster/kinds/pods/shop/pods-77'],
  )
  assert.deepEqual(await findNamed(last.cut, 'two words', { signal, list: server.list }), [])
})
