import { repository } from './instance.ts'

const server = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT} // 8080, Listen => 64, ReuseAddr => 1) or die $!;
$SIG{TERM} = sub { exit 0 }; $| = 1;
print "ready\\n";
while (1) { my $c = $server->accept or next; while (<$c>) { last if /^\\r?\\n$/ } my $b = ($ENV{GREETING} // '') . "\\n";
  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: ", length $b, "\\r\\nConnection: close\\r\\n\\r\\n$b"; close $c }
`
/** A repository with a small app that answers what `GREETING` says. */
export const greeter = () =>
  repository({
    Dockerfile: 'FROM debian:12-slim\nCOPY server.pl /srv/server.pl\nEXPOSE 8080\nCMD ["perl", "/srv/server.pl"]\n',
    'server.pl': server,
  })
