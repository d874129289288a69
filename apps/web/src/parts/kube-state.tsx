import { kubeColour, kubeIsMoving, kubeStateKey } from '../data/kube-state.ts'
import { useWords } from './language.tsx'
import { Pill } from './pill.tsx'

/** A state in Kubernetes' words as a colour and, where there is one, a word of the reader's language. */
export function KubeState({ value, size = 'sm' }: { value: string; size?: 'sm' | 'md' }) {
  const { t } = useWords()
  const key = kubeStateKey(value)
  return (
    <Pill colour={kubeColour(value)} size={size} isMoving={kubeIsMoving(value)} title={value}>
      {key ? t(key) : value}
    </Pill>
  )
}
