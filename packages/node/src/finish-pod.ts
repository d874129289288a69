import { rm } from 'node:fs/promises'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { isReason } from '@sampan/resources/errors'
import type { NodeContext } from './context.ts'
import type { PodView } from './pod/view.ts'
import { podLogFolder } from './pod-folders.ts'
import { removePodFolders } from './volumes/volumes.ts'

/**
 * Frees what a pod used. One that is leaving loses everything, and last its object in the API; one that has merely ended
 * keeps its containers and logs to be looked at. Run again, it does nothing more.
 */
export async function finishPod(
  context: NodeContext,
  pod: Pod,
  view: PodView,
  { isLeaving, isGone }: { isLeaving: boolean; isGone: boolean },
): Promise<void> {
  const { cri, containerd, cgroups, settings, tokens, csi, client } = context
  const { uid = '', namespace, name } = pod.metadata
  for (const { id } of view.sandboxes) {
    await cri.call('StopPodSandbox', { podSandboxId: id })
    if (isLeaving) await cri.call('RemovePodSandbox', { podSandboxId: id })
  }
  await csi.release(uid)
  await removePodFolders(uid, settings.folders, containerd.removeSnapshot)
  await cgroups.remove(uid)
  tokens.forget(uid)
  if (!isLeaving) return
  await rm(podLogFolder(settings, pod.metadata), { recursive: true, force: true })
  if (isGone) return
  try {
    await client.remove(podKind, { namespace, name }, { graceSeconds: 0, uid })
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
  }
}
