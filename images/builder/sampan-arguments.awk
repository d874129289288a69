# Adds one ARG instruction after every FROM (which may go on over several lines).
{ print }
/^[ \t]*[Ff][Rr][Oo][Mm][ \t]/ { inside = 1 }
inside && !/\\[ \t]*$/ { print "ARG " names; inside = 0 }
