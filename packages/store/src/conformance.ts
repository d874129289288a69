import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HistoryLimits } from './history.ts'
import { type Change, Compacted, Conflict, type Revision, type Store } from './store.ts'

export interface Fresh {
  store: Store
  /** Closes the store and removes what it left. */
  end(): Promise<void>
}

export interface FreshOptions {
  history?: HistoryLimits
  watchQueue?: number
}

const bytes = (text: string) => (revision: Revision) => new TextEncoder().encode(`${text}@${revision}`)
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value)
const summary = ({ type, entry }: Change) => `${type} ${entry.key} ${entry.modified}`

/** The promises of `Store`, which every implementation has to keep. */
export function storeConformance(name: string, fresh: (options?: FreshOptions) => Promise<Fresh>): void {
  const check = (title: string, run: (store: Store) => Promise<void>, options?: FreshOptions) =>
    test(title, async () => {
      const { store, end } = await fresh(options)
      try {
        await run(store)
      } finally {
        await end()
      }
    })

  describe(name, () => {
    check('gives every write the next revision and puts it into the value', async (store) => {
      const first = await store.put('/a/b/1', bytes('one'), 0)
      const second = await store.put('/a/b/1', bytes('two'), first.modified)
      assert.deepEqual([first.modified, second.modified, store.revision], [1, 2, 2])
      assert.equal(text(store.get('/a/b/1')?.value), 'two@2')
      assert.equal(second.created, 1)
    })

    check('refuses a write that expects something else, and says what is there', async (store) => {
      await store.put('/a/b/1', bytes('one'), 0)
      await assert.rejects(store.put('/a/b/1', bytes('x'), 0), (error: Conflict) => {
        assert.ok(error instanceof Conflict)
        return error.found?.modified === 1
      })
      await assert.rejects(store.put('/a/b/2', bytes('x'), 7), Conflict)
      await assert.rejects(store.delete('/a/b/2', 0), Conflict)
      await assert.rejects(store.delete('/a/b/1', 9), Conflict)
      assert.equal(store.revision, 1)
    })

    check('lets exactly one of many concurrent writers win', async (store) => {
      const writers = Array.from({ length: 20 }, (_, i) => store.put('/a/b/1', bytes(`w${i}`), 0))
      const won = (await Promise.allSettled(writers)).filter(({ status }) => status === 'fulfilled')
      assert.equal(won.length, 1)
    })

    check('settles while others go on writing', async (store) => {
      let isOver = false
      const writer = async (name: string) => {
        for (let expect = 0; !isOver; ) {
          expect = (await store.put(`/busy/${name}`, bytes('x'), expect)).modified
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const writers = ['a', 'b', 'c'].map(writer)
      await store.put('/a/b/1', bytes('one'), 0)
      await store.settled()
      assert.equal(store.get('/a/b/1')?.modified, store.latest('/a/b/1')?.modified)
      await assert.rejects(store.put('/a/b/1', bytes('two'), 0), Conflict)
      isOver = true
      await Promise.all(writers)
    })

    check('loses no update when writers build on the latest', async (store) => {
      await store.put('/n', () => new TextEncoder().encode('0'), 0)
      const add = () => {
        const now = store.latest('/n')!
        return store.put('/n', () => new TextEncoder().encode(String(Number(text(now.value)) + 1)), now.modified)
      }
      const writers = Array.from({ length: 200 }, async (_, i) => {
        if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
        await add()
      })
      await Promise.all(writers)
      assert.equal(text(store.get('/n')?.value), '200')
    })

    check('shows a write to nobody before it resolves, and to everybody after', async (store) => {
      const writing = store.put('/a/b/1', bytes('one'), 0)
      const seen = store.get('/a/b/1')
      assert.ok(store.latest('/a/b/1'), 'the next writer sees it at once')
      const entry = await writing
      assert.equal(store.get('/a/b/1'), entry)
      if (seen) assert.equal(seen, entry, 'a store that writes at once may show it at once')
      await store.settled()
    })

    check('deletes, at a revision of its own, and creates anew', async (store) => {
      await store.put('/a/b/1', bytes('one'), 0)
      const gone = await store.delete('/a/b/1', 1)
      assert.equal(gone.modified, 2)
      assert.equal(store.get('/a/b/1'), undefined)
      const again = await store.put('/a/b/1', bytes('new'), 0)
      assert.equal(again.created, 3)
    })

    check('lists in order, in pages, as of one revision', async (store) => {
      for (const name of ['c', 'a', 'e', 'b', 'd']) await store.put(`/k/${name}`, bytes(name), 0)
      await store.put('/kk/x', bytes('x'), 0)
      const page = store.list('/k/', { limit: 2 })
      assert.deepEqual([page.entries.map(({ key }) => key), page.at, page.remaining], [['/k/a', '/k/b'], 6, 3])
      await store.delete('/k/c', store.get('/k/c')!.modified)
      await store.put('/k/aa', bytes('late'), 0)
      await store.put('/k/d', bytes('changed'), store.get('/k/d')!.modified)
      const next = store.list('/k/', { limit: 2, after: '/k/b', at: page.at })
      assert.deepEqual(
        next.entries.map(({ value }) => text(value)),
        ['c@1', 'd@5'],
      )
      assert.deepEqual([next.at, next.remaining], [6, 1])
      assert.equal(store.list('/k/', { after: '/k/b' }).entries.length, 2)
      assert.equal(store.count('/k/'), 5)
      assert.equal(store.count('/'), 6)
    })

    check('watches every change after a revision, in order, with what was before', async (store) => {
      await store.put('/a/b/1', bytes('one'), 0)
      await store.put('/a/b/1', bytes('two'), 1)
      const stop = new AbortController()
      const watch = store.watch('/a/b/', 1, stop.signal)
      await store.put('/a/c/1', bytes('other'), 0)
      await store.delete('/a/b/1', 2)
      const seen: Change[] = []
      for await (const changes of watch) {
        seen.push(...changes)
        if (seen.length === 2) stop.abort()
      }
      assert.deepEqual(seen.map(summary), ['put /a/b/1 2', 'delete /a/b/1 4'])
      assert.deepEqual(
        seen.map(({ previous }) => text(previous?.value)),
        ['one@1', 'two@2'],
      )
    })

    check('misses nothing between a list and a watch while others write', async (store) => {
      const writers = Array.from({ length: 50 }, (_, i) => store.put(`/w/${i}`, bytes('x'), 0))
      await Promise.race(writers)
      const { entries, at } = store.list('/w/')
      const keys = new Set(entries.map(({ key }) => key))
      const stop = new AbortController()
      const watch = store.watch('/w/', at, stop.signal)
      await Promise.all(writers)
      if (keys.size < 50)
        for await (const changes of watch) {
          for (const { entry } of changes) keys.add(entry.key)
          if (keys.size === 50) break
        }
      stop.abort()
      assert.equal(keys.size, 50)
    })

    check('waits for a revision that is still to come', async (store) => {
      const stop = new AbortController()
      const watch = store.watch('/a/', 2, stop.signal)[Symbol.asyncIterator]()
      for (const name of ['1', '2', '3']) await store.put(`/a/${name}`, bytes(name), 0)
      assert.deepEqual((await watch.next()).value.map(summary), ['put /a/3 3'])
      stop.abort()
      assert.equal((await watch.next()).done, true)
    })

    check(
      'refuses what is no longer in its history',
      async (store) => {
        for (let i = 0; i < 10; i++) await store.put(`/a/${i}`, bytes('x'), 0)
        assert.throws(() => store.watch('/a/', 1, new AbortController().signal), Compacted)
        assert.throws(() => store.list('/a/', { at: 1 }), Compacted)
        assert.equal(store.list('/a/', { at: 8 }).entries.length, 8)
      },
      { history: { changes: 4 } },
    )

    check(
      'cuts off a watcher that does not keep up',
      async (store) => {
        const stop = new AbortController()
        const slow = store.watch('/a/', 0, stop.signal)[Symbol.asyncIterator]()
        for (let i = 0; i < 9; i++) await store.put(`/a/${i}`, bytes('x'), 0)
        await assert.rejects(slow.next(), Compacted)
        stop.abort()
      },
      { watchQueue: 5 },
    )

    check('ends watches when it closes, and takes no more writes', async (store) => {
      const watch = store.watch('/a/', 0, new AbortController().signal)[Symbol.asyncIterator]()
      const next = watch.next()
      await store.close()
      assert.equal((await next).done, true)
      await assert.rejects(store.put('/a/1', bytes('x'), 0), /closed/)
    })
  })
}
