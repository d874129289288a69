import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cri, CriError } from './cri/client.ts'
import { ImageError, images } from './images.ts'

/** A runtime with these images; pulls of names with `bad` in them are refused. */
function runtime(present: readonly string[]) {
  const have = new Set(present)
  const calls: string[] = []
  const refuse = (name: string) => new CriError('PullImage', { code: 5, details: `${name}: not found` } as never)
  const cri = {
    call: async (name: string, request: { image: { image: string }; auth?: { username: string } }) => {
      const { image } = request.image
      calls.push(`${name} ${image}${request.auth ? ` as ${request.auth.username}` : ''}`)
      if (name === 'ImageStatus') return { image: have.has(image) ? { id: `id-${image}`, size: 7 } : undefined }
      if (image.includes('bad') || request.auth?.username === 'wrong') throw refuse(image)
      have.add(image)
      return { imageRef: image }
    },
  } as unknown as Cri
  return { cri, calls }
}

const login = (key: string, username: string) => ({
  metadata: { name: 's' },
  data: {
    '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { [key]: { username, password: 'p' } } })).toString(
      'base64',
    ),
  },
})

interface Case {
  name: string
  image?: string
  policy: string
  present?: string[]
  secrets?: ReturnType<typeof login>[]
  calls: string[]
  reasons: string[]
  throws?: ImageError['reason']
}

const cases: Case[] = [
  {
    name: 'what is there is taken',
    policy: 'IfNotPresent',
    present: ['a:1'],
    calls: ['ImageStatus a:1'],
    reasons: ['Pulled'],
  },
  {
    name: 'what is missing is pulled',
    policy: 'IfNotPresent',
    calls: ['ImageStatus a:1', 'PullImage a:1', 'ImageStatus a:1'],
    reasons: ['Pulling', 'Pulled'],
  },
  {
    name: 'Always pulls what is there',
    policy: 'Always',
    present: ['a:1'],
    calls: ['ImageStatus a:1', 'PullImage a:1', 'ImageStatus a:1'],
    reasons: ['Pulling', 'Pulled'],
  },
  {
    name: 'Never pulls nothing',
    policy: 'Never',
    calls: ['ImageStatus a:1'],
    reasons: ['ErrImageNeverPull'],
    throws: 'ErrImageNeverPull',
  },
  {
    name: 'a name that is none is not asked for',
    image: 'A B',
    policy: 'Always',
    calls: [],
    reasons: ['InspectFailed'],
    throws: 'InvalidImageName',
  },
  {
    name: 'a refusal is told',
    image: 'bad:1',
    policy: 'Always',
    calls: ['ImageStatus bad:1', 'PullImage bad:1'],
    reasons: ['Pulling', 'Failed', 'Failed'],
    throws: 'ErrImagePull',
  },
  {
    name: 'one login after the other',
    image: 'r.example/t/a:1',
    policy: 'IfNotPresent',
    secrets: [login('r.example/t', 'wrong'), login('r.example', 'right')],
    calls: [
      'ImageStatus r.example/t/a:1',
      'PullImage r.example/t/a:1 as wrong',
      'PullImage r.example/t/a:1 as right',
      'ImageStatus r.example/t/a:1',
    ],
    reasons: ['Pulling', 'Pulled'],
  },
]

const { signal } = new AbortController()
for (const { name, image = 'a:1', policy, present = [], secrets = [], calls, reasons, throws } of cases) {
  test(`images: ${name}`, async () => {
    const { cri, calls: made } = runtime(present)
    const told: string[] = []
    const wish = { image, policy, secrets, signal, tell: (_: string, reason: string) => void told.push(reason) }
    const got = images(cri, () => 0).ensure(wish)
    if (throws) await assert.rejects(got, (error) => error instanceof ImageError && error.reason === throws)
    else assert.equal((await got).id, `id-${image}`)
    assert.deepEqual(made, calls)
    assert.deepEqual(told, reasons)
  })
}

test('images: two pods that want the same cause one pull', async () => {
  const { cri, calls } = runtime([])
  const own = images(cri, () => 0)
  const wish = { image: 'a:1', policy: 'IfNotPresent', secrets: [], signal, tell: () => undefined }
  await Promise.all([own.ensure(wish), own.ensure(wish)])
  assert.equal(calls.filter((call) => call.startsWith('PullImage')).length, 1)
})

test('images: who gives up does not wait', async () => {
  const { cri } = runtime([])
  const slow = {
    call: (...call: Parameters<Cri['call']>) =>
      call[0] === 'PullImage' ? new Promise(() => undefined) : cri.call(...call),
  }
  const aborter = new AbortController()
  const wish = { image: 'a:1', policy: 'Always', secrets: [], signal: aborter.signal, tell: () => undefined }
  const got = images(slow as unknown as Cri, () => 0).ensure(wish)
  aborter.abort(new Error('stopped'))
  await assert.rejects(got, /stopped/)
})
