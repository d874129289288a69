import { jsonCopy } from '@sampan/kit/json-copy'
import { isReason } from '@sampan/resources/errors'
import { systemUser } from '../auth/interfaces.ts'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { internalCall } from '../internal-call.ts'
import { objectOf } from '../objects.ts'
import { removeObject } from '../verbs/delete.ts'
import { cleanup, crdKind } from './crd-admission.ts'
import type { CustomKindsOptions } from './custom-kinds.ts'

/** How the objects of a kind that goes away are removed, and then its definition is let go. */
export function customCleanup(context: Context): Pick<CustomKindsOptions, 'removeAll' | 'release'> {
  const attempt = async (what: string, run: () => Promise<unknown>) => {
    try {
      await run()
    } catch (error) {
      // Gone already is what was wanted; anything else is tried again at the next write of the kind.
      if (!isReason(error, 'NotFound')) context.log.error(`cannot remove ${what}`, { error })
    }
  }
  return {
    async removeAll({ group, version, plural }) {
      const served = context.kinds.find(group, version, plural)
      if (!served) return
      const options = { grace: 0, propagation: undefined, uid: undefined, resourceVersion: undefined, dryRun: false }
      for (const entry of context.store.list(served.prefix()).entries) {
        const { name, namespace } = objectOf(entry).metadata
        await attempt(entry.key, () =>
          removeObject(
            context,
            { served, name, namespace, subresource: undefined, rest: undefined },
            internalCall('DELETE', systemUser),
            options,
          ),
        )
      }
    },
    async release(name) {
      const served = context.kinds.find(crdKind.group, 'v1', crdKind.plural)!
      await attempt(name, () =>
        changeObject(
          context,
          { served, name, namespace: undefined, subresource: undefined, rest: undefined },
          internalCall('PUT', systemUser),
          {
            next: (old) => {
              const next = jsonCopy(old)
              next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((one) => one !== cleanup)
              return next
            },
            dryRun: false,
          },
        ),
      )
    },
  }
}
