# Adds one ARG instruction after every FROM (which may go on over several lines, as may what is before it).
{ print }
!continued && /^[ \t]*[Ff][Rr][Oo][Mm][ \t]/ { inside = 1 }
/^[ \t]*#/ { next }
{ continued = /\\[ \t]*$/ }
inside && !continued { print "ARG " names; inside = 0 }
