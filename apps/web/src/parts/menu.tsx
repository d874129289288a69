import { CheckIcon } from '@radix-ui/react-icons'
import {
  type ComponentType,
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'

export interface MenuLine {
  key: string
  label: string
  icon?: ComponentType<{ width?: number; height?: number }>
  run: () => void
  isDangerous?: boolean
  /** Why it cannot be done now. */
  obstacle?: string
  /** One of several is the present one: the others leave room for its mark. */
  isChosen?: boolean
}

export type MenuEntry = MenuLine | { heading: string } | 'divider'

interface Props {
  /** What the button is called where it has no text. */
  label?: string
  className?: string
  /** A component that shows `MenuItems`; it is there only while the menu is open. */
  items: ReactNode
  /** Under the left edge of the button and as wide as it. */
  isWide?: boolean
  children: ReactNode
}

/** A button with a menu below it. What is in the menu is made when it is opened: lists have one in every row. */
export function MenuButton({ label, className = 'icon-button', items, isWide, children }: Props) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => setOpen(false), [])
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          setOpen(true)
        }}
      >
        {children}
      </button>
      {isOpen && <OpenMenu button={button} items={items} isWide={isWide} close={close} />}
    </>
  )
}

interface OpenProps extends Pick<Props, 'items' | 'isWide'> {
  button: { readonly current: HTMLButtonElement | null }
  close: () => void
}

/** In the top layer, so nothing around it cuts it off. */
function OpenMenu({ button, items, isWide = false, close }: OpenProps) {
  const menu = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const [box, target] = [menu.current!, button.current!]
    box.showPopover()
    const settle = () => {
      place(box, target.getBoundingClientRect(), isWide)
      if (!box.contains(document.activeElement)) (itemsOf(box)[0] ?? box).focus()
    }
    settle()
    // What somebody may do can come to be known while it is open.
    const observer = new ResizeObserver(settle)
    observer.observe(box)
    return () => observer.disconnect()
  }, [button, isWide])
  useEffect(() => {
    const outside = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node) && !button.current?.contains(target as Node)) close()
    }
    // What it hangs on moves away.
    const moved = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node)) close()
    }
    addEventListener('pointerdown', outside, true)
    addEventListener('scroll', moved, true)
    addEventListener('resize', close)
    return () => {
      removeEventListener('pointerdown', outside, true)
      removeEventListener('scroll', moved, true)
      removeEventListener('resize', close)
    }
  }, [button, close])
  const leave = () => {
    close()
    button.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    const all = itemsOf(menu.current)
    const at = all.indexOf(document.activeElement as HTMLElement)
    const next = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key]
    if (event.key === 'Tab') return close()
    if (event.key === 'Escape') leave()
    else if (next !== undefined) all[next]?.focus()
    else if (event.key.length === 1 && event.key !== ' ') startingWith(all, at, event.key)?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={menu}
      popover="manual"
      role="menu"
      className="menu"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onClick={(event) => event.stopPropagation()}
    >
      <Leave.Provider value={leave}>{items}</Leave.Provider>
    </div>
  )
}

const Leave = createContext<() => void>(() => undefined)

/** What is in a menu. */
export function MenuItems({ entries }: { entries: readonly MenuEntry[] }) {
  const leave = useContext(Leave)
  return (
    <>
      {entries.map((entry, i) => {
        // biome-ignore lint/suspicious/noArrayIndexKey lint/a11y/useSemanticElements: dividers have no other name, and menus need this role
        if (entry === 'divider') return <div key={i} role="separator" className="menu-divider" />
        if ('heading' in entry)
          return (
            <div key={entry.heading} role="presentation" className="menu-heading name">
              {entry.heading}
            </div>
          )
        const { key, label, icon: Icon, isDangerous, obstacle, isChosen, run } = entry
        return (
          <button
            key={key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className="menu-item"
            data-danger={isDangerous || undefined}
            aria-disabled={obstacle !== undefined || undefined}
            aria-current={isChosen || undefined}
            title={obstacle}
            onClick={() => {
              if (obstacle !== undefined) return
              leave()
              run()
            }}
          >
            {isChosen !== undefined && <CheckIcon style={{ visibility: isChosen ? 'visible' : 'hidden' }} />}
            {Icon && <Icon width={15} height={15} />}
            <span className="name">{label}</span>
          </button>
        )
      })}
    </>
  )
}

const itemsOf = (menu: HTMLElement | null) => [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]

/** The next item whose name begins with a letter that was typed. */
const startingWith = (items: readonly HTMLElement[], at: number, letter: string) =>
  [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) =>
    item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()),
  )

const gap = 6
const edge = 8

/** Below the button, above it where there is no room below, never out of the window. */
function place(box: HTMLElement, target: DOMRect, isWide: boolean) {
  if (isWide) box.style.width = `${target.width}px`
  const { offsetWidth: width, offsetHeight: height } = box
  const left = isWide ? target.left : target.right - width
  const isBelow = target.bottom + gap + height <= innerHeight || target.top < innerHeight / 2
  box.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`
  box.style.top = `${isBelow ? target.bottom + gap : Math.max(edge, target.top - gap - height)}px`
  box.style.maxHeight = `${(isBelow ? innerHeight - target.bottom : target.top) - gap - edge}px`
}
