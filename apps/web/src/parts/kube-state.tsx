import { kubeColour, kubeIsMoving, kubeStateKey } from '../data/kube-state.ts'
import { useWords } from './language.tsx'
import { Pill } from './pill.tsx'

interface Props {
  value: string
  size?: 'sm' | 'md'
  /** It runs, but not all of it is ready. */
  isLacking?: boolean
}

/** A state in Kubernetes' words as a colour and, where there is one, a word of the reader's language. */
export function KubeState({ value, size = 'sm', isLacking }: Props) {
  const { t } = useWords()
  const key = kubeStateKey(value)
  return (
    <Pill
      colour={isLacking && value === 'Running' ? 'orange' : kubeColour(value)}
      size={size}
      isMoving={kubeIsMoving(value)}
      title={value}
    >
      {key ? t(key) : value}
    </Pill>
  )
}
