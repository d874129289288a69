import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import { objectStore, type Reach } from './objects.ts'

const object = (name: string, revision: number) => ({
  metadata: { name, uid: name, resourceVersion: String(revision) },
})
const event = (type: string, name: string, revision: number) =>
  `${JSON.stringify({ type, object: object(name, revision) })}\n`

interface Script {
  lists: unknown[][]
  /** What each watch brings, in order; a function may throw. The last one stays open. */
  watches: (() => AsyncIterable<string>)[]
}

function scripted({ lists, watches }: Script) {
  const asked: string[] = []
  const stop = new AbortController()
  const reach: Reach = {
    async list(path) {
      asked.push(path)
      const items = lists.shift() ?? []
      const isLast = !path.includes('limit=2') || items.length < 2
      return { metadata: { resourceVersion: '10', ...(isLast ? {} : { continue: 'next' }) }, items: items as never }
    },
    watch(path, { signal }) {
      asked.push(path)
      const next = watches.shift()
      if (next) return next()
      return (async function* () {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
          stop.signal.addEventListener('abort', resolve)
        })
      })()
    },
  }
  return { reach, asked, end: () => stop.abort() }
}

async function* lines(...texts: string[]) {
  yield* texts
}
async function* refusing(status: number) {
  yield ''
  throw new Refused(status, 'no')
}

async function until(check: () => boolean) {
  for (let i = 0; i < 400 && !check(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(check())
}

const options = { pageSize: 2, gatherMs: 1, waitMs: () => 1 }
const names = (store: { snapshot: { items: readonly { metadata: { name: string } }[] } }) =>
  store.snapshot.items.map(({ metadata }) => metadata.name)

test('pages show as they come, then changes', async () => {
  const world = scripted({
    lists: [[object('a', 1), object('b', 2)], [object('c', 3)]],
    watches: [() => lines(event('ADDED', 'd', 11), event('DELETED', 'a', 12), event('MODIFIED', 'b', 13))],
  })
  const store = objectStore({ path: '/pods', labels: 'app=web' }, { reach: world.reach, ...options })
  const seen: string[] = []
  store.listen(() => seen.push(`${names(store).join('')} ${store.snapshot.isComplete}`))
  await until(() => names(store).join('') === 'bcd')
  assert.deepEqual(seen.slice(0, 2), ['ab false', 'abc true'])
  assert.match(world.asked[0]!, /limit=2&labelSelector=app%3Dweb/)
  assert.match(world.asked[1]!, /continue=next/)
  store.close()
  world.end()
})

test('a watch that ends goes on from its last revision, bookmarks included', async () => {
  const bookmark = `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '42' } } })}\n`
  const world = scripted({ lists: [[object('a', 1)]], watches: [() => lines(bookmark), () => refusing(503)] })
  const store = objectStore({ path: '/pods' }, { reach: world.reach, ...options })
  await until(() => world.asked.filter((path) => path.includes('resourceVersion=42')).length >= 2)
  assert.equal(world.asked.filter((path) => path.includes('limit=')).length, 1)
  store.close()
  world.end()
})

test('a revision that is too old starts again with the list; what is shown stays meanwhile', async () => {
  const world = scripted({ lists: [[object('a', 1)], [object('z', 20)]], watches: [() => refusing(410)] })
  const store = objectStore({ path: '/pods' }, { reach: world.reach, ...options })
  const seen: string[] = []
  store.listen(() => seen.push(names(store).join('')))
  await until(() => names(store).join('') === 'z')
  assert.deepEqual(seen, ['a', 'z'])
  store.close()
  world.end()
})

test('a refusal is said, and asked again only when wished', async () => {
  let isAllowed = false
  const { reach, end } = scripted({ lists: [], watches: [] })
  const store = objectStore(
    { path: '/pods' },
    {
      ...options,
      reach: {
        ...reach,
        list: async () => {
          if (!isAllowed) throw new Refused(403, 'You may not.')
          return { metadata: { resourceVersion: '1' }, items: [object('a', 1)] }
        },
      },
    },
  )
  await until(() => store.snapshot.error !== undefined)
  assert.equal(store.snapshot.isLoaded, false)
  isAllowed = true
  store.retry()
  await until(() => names(store).join('') === 'a')
  assert.equal(store.snapshot.error, undefined)
  store.close()
  end()
})

test('a server that fails is said while nothing is there, and what comes later takes its place', async () => {
  const { reach, end } = scripted({ lists: [], watches: [] })
  let isFailing = true
  const store = objectStore(
    { path: '/pods' },
    {
      ...options,
      reach: {
        ...reach,
        list: async () => {
          if (isFailing) throw new Refused(500, 'Out of room.', 'req-1')
          return { metadata: { resourceVersion: '1' }, items: [object('a', 1)] }
        },
      },
    },
  )
  await until(() => store.snapshot.error?.message === 'Out of room.')
  isFailing = false
  await until(() => names(store).join('') === 'a')
  assert.equal(store.snapshot.error, undefined)
  store.close()
  end()
})

test('rows of a table come with their columns, from the list and from the watch', async () => {
  const columns = [{ name: 'Name', type: 'string', priority: 0 }]
  const row = (name: string) => ({ cells: [name], object: object(name, 1) })
  const world = scripted({
    lists: [],
    watches: [
      () =>
        lines(
          `${JSON.stringify({ type: 'ADDED', object: { kind: 'Table', metadata: {}, columnDefinitions: null, rows: [row('b')] } })}\n`,
        ),
    ],
  })
  const store = objectStore(
    { path: '/pods', form: 'table' },
    {
      ...options,
      reach: {
        ...world.reach,
        list: async () => ({ metadata: { resourceVersion: '1' }, columnDefinitions: columns, rows: [row('a')] }),
      },
    },
  )
  await until(() => names(store).join('') === 'ab')
  assert.deepEqual(store.snapshot.columns, columns)
  assert.deepEqual((store.snapshot.items[1] as unknown as { cells: unknown[] }).cells, ['b'])
  store.close()
  world.end()
})
