const width = 120
const height = 26

/** The last values as a line, from zero to the largest; nothing before there are two. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(...values, 0) || 1
  const points = values.map((value, i) => {
    const x = (i / Math.max(1, values.length - 1)) * width
    return `${x.toFixed(1)},${(height - 2 - (value / most) * (height - 6)).toFixed(1)}`
  })
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line x1={0} y1={height - 1} x2={width} y2={height - 1} className="sparkline-floor" />
      {points.length > 1 && (
        <>
          <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} className="sparkline-area" />
          <polyline points={points.join(' ')} className="sparkline-line" />
        </>
      )}
    </svg>
  )
}
