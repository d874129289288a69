import { Tooltip } from '@mantine/core'
import type { ReactElement } from 'react'

/** A button with the reason why it cannot be used, on hovering, touching and for the keyboard. */
export const Explained = ({ label, children }: { label: string; children: ReactElement }) => (
  <Tooltip label={label}>{children}</Tooltip>
)
