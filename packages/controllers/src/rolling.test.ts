import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bounds, boundsOf, newSize, oldSizes, proportionalSizes, type Size, sum } from './rolling.ts'

const bounds: {
  name: string
  replicas: number
  surge: number | string
  unavailable: number | string
  want: number[]
}[] = [
  { name: 'a quarter of ten', replicas: 10, surge: '25%', unavailable: '25%', want: [3, 2] },
  { name: 'a quarter of one', replicas: 1, surge: '25%', unavailable: '25%', want: [1, 0] },
  { name: 'both zero lets one be unavailable', replicas: 4, surge: 0, unavailable: '1%', want: [0, 1] },
  { name: 'no more unavailable than there are', replicas: 2, surge: 1, unavailable: 5, want: [1, 2] },
  { name: 'nothing of nothing', replicas: 0, surge: '25%', unavailable: '25%', want: [0, 0] },
]
for (const { name, replicas, surge, unavailable, want } of bounds)
  test(`bounds: ${name}`, () => {
    const got = boundsOf(replicas, { maxSurge: surge, maxUnavailable: unavailable })
    assert.deepEqual([got.surge, got.unavailable], want)
  })

const set = (name: string, spec: number, available = spec, more: Partial<Size> = {}): Size => ({
  name,
  spec,
  available,
  created: 0,
  ...more,
})

const shares: { name: string; sets: Size[]; bounds: Bounds; want: Record<string, number> }[] = [
  {
    name: 'ten to fifteen in the middle of a rollout keeps the proportion',
    sets: [set('old', 8, 8, { max: 13, created: 1 }), set('new', 5, 0, { max: 13, created: 2 })],
    bounds: { replicas: 15, surge: 3, unavailable: 2 },
    want: { old: 11, new: 7 },
  },
  {
    name: 'down to nothing takes all',
    sets: [set('old', 8, 8, { max: 13 }), set('new', 5, 0, { max: 13 })],
    bounds: { replicas: 0, surge: 0, unavailable: 0 },
    want: { old: 0, new: 0 },
  },
  {
    name: 'what rounding leaves goes to the largest',
    sets: [set('a', 3, 3, { max: 6 }), set('b', 2, 2, { max: 6 }), set('c', 1, 1, { max: 6 })],
    bounds: { replicas: 10, surge: 0, unavailable: 0 },
    want: { a: 5, b: 3, c: 2 },
  },
]
for (const { name, sets, bounds: wanted, want } of shares)
  test(`shares: ${name}`, () => assert.deepEqual(Object.fromEntries(proportionalSizes(sets, wanted, 6)), want))

/** A small generator with a seed, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('a rollout never has too few available or too many in all, and always ends (2,000 generated rollouts)', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = randomFrom(seed)
    const replicas = 1 + random(12)
    const percent = () => (random(2) ? random(4) : `${random(101)}%`)
    const wanted = boundsOf(replicas, { maxSurge: percent(), maxUnavailable: percent() })
    const old = Array.from({ length: 1 + random(3) }, (_, i) => set(`old${i}`, 0, 0, { created: i }))
    for (let left = replicas; left > 0; left--) {
      const one = old[random(old.length)]
      if (one) one.available = ++one.spec
    }
    const fresh = set('new', 0, 0, { created: 99 })
    const all = [fresh, ...old]
    /** What really runs: the sets' controllers follow the spec, statuses are told late. */
    const real = new Map(all.map((one) => [one.name, { ready: one.available, unready: 0 }]))
    let rounds = 0
    for (; rounds < 500; rounds++) {
      const grown = newSize(fresh, all, wanted)
      const shrunk = oldSizes({ ...fresh, spec: grown }, old, wanted)
      fresh.spec = grown
      for (const one of old) one.spec = shrunk.get(one.name) ?? 0
      for (const one of all) {
        const pods = real.get(one.name)
        if (!pods) continue
        while (pods.ready + pods.unready > one.spec) pods.unready > 0 ? pods.unready-- : pods.ready--
        while (pods.ready + pods.unready < one.spec) pods.unready++
        if (pods.unready > 0 && random(2)) {
          pods.unready--
          pods.ready++
        }
        if (random(3)) one.available = pods.ready // else its status is one round late
      }
      const pods = [...real.values()]
      const total = sum(pods, ({ ready, unready }) => ready + unready)
      const ready = sum(pods, (one) => one.ready)
      assert.ok(total <= replicas + wanted.surge, `seed ${seed}: ${total} pods of ${replicas} + ${wanted.surge}`)
      assert.ok(
        ready >= replicas - wanted.unavailable,
        `seed ${seed}: ${ready} ready of ${replicas} - ${wanted.unavailable}`,
      )
      if (fresh.spec === replicas && fresh.available === replicas && old.every(({ spec }) => spec === 0)) break
    }
    assert.ok(rounds < 500, `seed ${seed} ends`)
  }
})

test('broken old pods go first and do not hold up the new ones', () => {
  const old = set('old', 10, 4)
  const fresh = set('new', 3, 0, { created: 1 })
  assert.deepEqual(oldSizes(fresh, [old], { replicas: 10, surge: 3, unavailable: 2 }), new Map([['old', 8]]))
})
