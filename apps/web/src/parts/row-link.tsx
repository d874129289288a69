import type { MouseEvent } from 'react'
import { navigate } from 'wouter/use-browser-location'

/** The link of a row. Lists draw thousands while they scroll, so it is one plain element and listens to nothing. */
export const RowLink = ({ href, children }: { href: string; children: string }) => (
  <a href={href} className="row-link" title={children} onClick={follow}>
    {children}
  </a>
)

/** Within the console, unless another tab or a download is asked for. */
function follow(event: MouseEvent<HTMLAnchorElement>) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  navigate(event.currentTarget.getAttribute('href')!)
}
