import { component, type NodeContext } from './context.ts'

/** Says something about the node itself, as users of `kubectl describe node` know it: its uid is its name. */
export const nodeTeller =
  ({ recorder, settings: { nodeName } }: { recorder: NodeContext['recorder']; settings: { nodeName: string } }) =>
  (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.record({
      about: { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } },
      type,
      reason,
      message,
      component,
    })
