/** Text as it is, in one piece. */
export function CodeView({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="code" aria-label={label} tabIndex={0}>
      <pre className="code-text">{text}</pre>
    </section>
  )
}
