import type { CSSProperties, ReactNode } from 'react'

interface Props {
  /** A colour of the theme, as `teal`. */
  colour: string
  size?: 'sm' | 'md'
  /** The dot before the word moves while something is going on. */
  isMoving?: boolean
  title?: string
  children: ReactNode
}

/** A state: a coloured word with a dot. Lists show thousands, so it is plain elements. */
export const Pill = ({ colour, size = 'md', isMoving, title, children }: Props) => (
  <span
    className="pill state"
    data-size={size}
    title={title}
    style={
      {
        '--badge-color': `var(--mantine-color-${colour}-light-color)`,
        '--pill-ground': `var(--mantine-color-${colour}-light)`,
      } as CSSProperties
    }
  >
    <span className="dot" data-moving={isMoving || undefined} />
    <span className="pill-word">{children}</span>
  </span>
)
