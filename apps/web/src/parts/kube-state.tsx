import { Badge } from '@mantine/core'
import { kubeColour, kubeIsMoving, kubeStateKey } from '../data/kube-state.ts'
import { useWords } from './language.tsx'

/** A state in Kubernetes' words as a colour and, where there is one, a word of the reader's language. */
export function KubeState({ value, size = 'sm' }: { value: string; size?: 'sm' | 'md' }) {
  const { t } = useWords()
  const key = kubeStateKey(value)
  return (
    <Badge
      size={size}
      color={kubeColour(value)}
      className="state"
      title={value}
      maw="100%"
      leftSection={<span className="dot" data-moving={kubeIsMoving(value) || undefined} />}
    >
      {key ? t(key) : value}
    </Badge>
  )
}
