# Hides the step that sampan-arguments.awk added, so that steps count as they do in the Dockerfile.
{
  line = $0
  if (match(line, /^(\[[0-9]+\/[0-9]+\] )?STEP [0-9]+\/[0-9]+: /)) {
    head = substr(line, 1, RLENGTH)
    rest = substr(line, RLENGTH + 1)
    hidden = (rest == "ARG " names)
    if (!hidden) {
      stage = ""
      if (match(head, /^\[[0-9]+\/[0-9]+\] /)) { stage = substr(head, 1, RLENGTH); head = substr(head, RLENGTH + 1) }
      sub(/^STEP /, "", head)
      sub(/: $/, "", head)
      split(head, count, "/")
      number = count[1] > 1 ? count[1] - 1 : count[1]
      line = stage "STEP " number "/" (count[2] - 1) ": " rest
    }
  } else if (line !~ /^--> /) hidden = 0
  if (line ~ /^\[Warning\] one or more build args were not consumed/) next
  if (!hidden) { print line; fflush() }
}
