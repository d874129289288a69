import { durationText } from '@sampan/kit/durations'
import { parseImage } from '@sampan/resources/core/image-name'
import type { Secret } from '@sampan/resources/core/secret'
import { type Cri, CriError, isUnreachable } from './cri/client.ts'
import type { Image } from './cri/messages.ts'
import { type Credentials, credentialsFor } from './image-auth.ts'

/** An image cannot be had now. `reason` is what the container waits for. */
export class ImageError extends Error {
  readonly image: string
  readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ErrImagePull'
  constructor(image: string, reason: ImageError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ImageError'
    this.image = image
    this.reason = reason
  }
}

export interface ImageWish {
  image: string
  policy: string
  secrets: readonly Secret[]
  /** Told what to say as events. */
  tell(type: 'Normal' | 'Warning', reason: string, message: string): void
  signal: AbortSignal
}

export interface Images {
  /** It will be asked for in a moment: looks it up already. */
  expect(image: string): void
  /** The image in the runtime, pulled first when the policy says so. Throws ImageError. */
  ensure(wish: ImageWish): Promise<Image>
}

const pullTimeoutMs = 30 * 60_000
/** What was true so long ago need not be true now. */
const expectedMs = 5000
/** More at once only share the same network. */
const maxPulls = 3

export function images(cri: Cri, now: () => number): Images {
  /** The same pull asked for twice is one pull. Credentials are part of it: one pod's must not serve another's. */
  const pulling = new Map<string, Promise<void>>()
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= maxPulls) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      return await work()
    } finally {
      running--
      waiting.shift()?.()
    }
  }

  /** Answers on their way to who asks within moments. */
  const expected = new Map<string, { at: number; found: Promise<Image | undefined> }>()

  async function find(image: string): Promise<Image | undefined> {
    return (await cri.call('ImageStatus', { image: { image } })).image
  }

  function findExpected(image: string): Promise<Image | undefined> {
    const one = expected.get(image)
    expected.delete(image)
    return one && now() - one.at < expectedMs ? one.found : find(image)
  }

  async function pull(image: string, candidates: readonly (Credentials | undefined)[]): Promise<void> {
    let last: unknown
    for (const auth of candidates) {
      try {
        await cri.call('PullImage', { image: { image }, ...(auth && { auth }) }, { timeoutMs: pullTimeoutMs })
        return
      } catch (error) {
        if (!(error instanceof CriError) || isUnreachable(error)) throw error
        last = error
      }
    }
    throw last
  }

  function pullOnce(image: string, candidates: readonly (Credentials | undefined)[]): Promise<void> {
    const key = JSON.stringify([image, candidates])
    let one = pulling.get(key)
    if (!one) {
      one = inTurn(() => pull(image, candidates)).finally(() => pulling.delete(key))
      pulling.set(key, one)
    }
    return one
  }

  return {
    expect(image) {
      const found = find(image)
      found.catch(() => expected.delete(image)) // who asks will look for itself
      expected.set(image, { at: now(), found })
    },
    async ensure({ image, policy, secrets, tell, signal }) {
      if (!parseImage(image)) {
        const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
        tell('Warning', 'InspectFailed', message)
        throw new ImageError(image, 'InvalidImageName', message)
      }
      const present = await findExpected(image)
      if (present && policy !== 'Always') {
        tell('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`)
        return present
      }
      if (policy === 'Never') {
        const message = `Container image "${image}" is not present with pull policy of Never`
        tell('Warning', 'ErrImageNeverPull', message)
        throw new ImageError(image, 'ErrImageNeverPull', message)
      }
      tell('Normal', 'Pulling', `Pulling image "${image}"`)
      const started = now()
      const known = credentialsFor(image, secrets)
      try {
        await until(pullOnce(image, known.length > 0 ? known : [undefined]), signal)
      } catch (error) {
        if (!(error instanceof CriError)) throw error
        tell('Warning', 'Failed', `Failed to pull image "${image}": ${error.message}`)
        tell('Warning', 'Failed', 'Error: ErrImagePull')
        throw new ImageError(image, 'ErrImagePull', error.message, { cause: error })
      }
      const pulled = await find(image)
      if (!pulled) throw new ImageError(image, 'ErrImagePull', `image "${image}" was pulled but is not there`)
      const took = durationText(now() - started)
      tell(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.size} bytes.`,
      )
      return pulled
    },
  }
}

/** The work goes on for others when one who waits for it gives up. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
