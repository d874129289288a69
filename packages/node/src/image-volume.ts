import { mkdir } from 'node:fs/promises'
import { runOrThrow } from '@sampan/kit/run'
import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { isGone } from './cri/client.ts'
import { criNamespace } from './cri/events.ts'
import { pullSecrets, teller } from './start-container.ts'
import { isMounted, mountAt } from './volumes/mounts.ts'
import { MountError } from './volumes/payload.ts'
import type { ImageSource } from './volumes/volumes.ts'

const policyOf = (reference: string) => (/(:latest|^[^:@]+|\/[^:@/]+)$/.test(reference) ? 'Always' : 'IfNotPresent')

/** Shows the files of an image at `path`, read-only. Throws ImageError, MountError, CriError. */
export async function mountImage(context: NodeContext, pod: Pod, source: ImageSource, signal: AbortSignal) {
  const { cri, images, containerd } = context
  const { reference, path, key } = source
  if (await isMounted(path)) return
  const { id } = await images.ensure({
    image: reference,
    policy: source.pullPolicy ?? policyOf(reference),
    secrets: pullSecrets(context, pod),
    tell: teller(context, pod),
    signal,
  })
  const { info } = await cri.call('ImageStatus', { image: { image: id }, verbose: true })
  const chain = chainOf(info.info)
  const mounts = await containerd.viewSnapshot(key, chain).catch(async (error: unknown) => {
    if (!isGone(error)) throw error
    await unpack(context, reference, `${path}.unpack`)
    return containerd.viewSnapshot(key, chain)
  })
  const [mount] = mounts
  if (!mount || mounts.length > 1) throw new MountError(`image volume "${reference}" cannot be mounted in one step`)
  await mkdir(path, { recursive: true })
  const isBind = mount.type === 'bind'
  await mountAt(isBind ? undefined : mount.type, mount.source, path, [...mount.options, ...(isBind ? [] : ['ro'])])
}

/** What the runtime calls the image's layers, one upon the other. */
function chainOf(info: string | undefined): string {
  const { chainID } = JSON.parse(info ?? '{}') as { chainID?: string }
  if (!chainID) throw new MountError('the container runtime does not say what the image is made of')
  return chainID
}

/** Images are unpacked when they are pulled, or by their first container: one that was only brought in has neither. */
async function unpack({ settings }: NodeContext, reference: string, path: string): Promise<void> {
  const ctr = ['--address', settings.runtimeSocket, '-n', criNamespace, 'images']
  await mkdir(path, { recursive: true })
  await runOrThrow('ctr', [...ctr, 'mount', reference, path])
  await runOrThrow('ctr', [...ctr, 'unmount', '--rm', path])
}
