/**
 * git's post-receive hook. It hands what was pushed to the platform over its socket and prints what comes back; git shows
 * that to the pusher as `remote:` lines. Its environment names the socket and a ticket that says who pushed to what. It
 * cannot make the push fail: the refs are written already. In Perl, because every push waits for it to start, and git brings
 * Perl along: a Node process takes ten times as long until its first line.
 */
export const postReceiveScript = (perl: string) => `#!${perl}
use strict;
use warnings;
use Socket;
$| = 1;
$SIG{PIPE} = 'IGNORE';
my $patience = 60;

sub json {
  my ($text) = @_;
  $text =~ s/(["\\\\])/\\\\$1/g;
  $text =~ s/([\\x00-\\x1f])/sprintf('\\\\u%04x', ord $1)/ge;
  return qq("$text");
}

my @updates;
while (my $line = <STDIN>) {
  chomp $line;
  my ($before, $after, $ref) = split / /, $line, 3;
  next unless defined $ref;
  push @updates, '{"before":' . json($before) . ',"after":' . json($after) . ',"ref":' . json($ref) . '}';
}
# What the pusher gave with git push -o.
my $count = $ENV{GIT_PUSH_OPTION_COUNT} // 0;
$count = 0 unless $count =~ /^\\d+$/;
$count = 50 if $count > 50;
my @options = map { json($ENV{"GIT_PUSH_OPTION_$_"} // '') } 0 .. $count - 1;
my $body = '{"updates":[' . join(',', @updates) . '],"options":[' . join(',', @options) . ']}';

# Whether the platform said all it had to say. It answers the same push twice with the same pipeline.
sub told {
  socket(my $call, AF_UNIX, SOCK_STREAM, 0) or return 0;
  connect($call, pack_sockaddr_un($ENV{SAMPAN_HOOK_SOCKET} // '')) or return 0;
  my @head = (
    'POST /post-receive HTTP/1.1', 'Host: platform', "Authorization: Bearer " . ($ENV{SAMPAN_HOOK_TICKET} // ''),
    'Content-Type: application/json', 'Content-Length: ' . length($body), 'Connection: close',
  );
  my $request = join("\\r\\n", @head, '', $body);
  for (my $sent = 0; $sent < length $request;) {
    my $more = syswrite($call, $request, length($request) - $sent, $sent) or return 0;
    $sent += $more;
  }
  my ($length, $chunked);
  while (1) {
    my $line = <$call> // return 0;
    $line =~ s/\\r?\\n$//;
    last if $line eq '';
    $length = $1 if $line =~ /^content-length:\\s*(\\d+)/i;
    $chunked = 1 if $line =~ /^transfer-encoding:\\s*chunked/i;
  }
  return pass($call, $length // 0) unless $chunked;
  while (1) {
    my $line = <$call> // return 0;
    my $size = hex($line =~ /^([0-9a-fA-F]+)/ ? $1 : return 0);
    return 1 if $size == 0;
    pass($call, $size) or return 0;
    <$call> // return 0;
  }
}

# Prints so many bytes; whether they all came.
sub pass {
  my ($call, $left) = @_;
  while ($left > 0) {
    my $got = read($call, my $part, $left) or return 0;
    print $part;
    $left -= $got;
  }
  return 1;
}

my $start = time;
my $lost = 0;
until (told()) {
  if (time - $start > $patience) {
    print "The platform does not answer. What you pushed is stored, and the pipeline goes on (or starts) when the platform is back: see \`sampan status\`.\\n";
    last;
  }
  print "The platform was interrupted; waiting for it to come back\\xe2\\x80\\xa6\\n" unless $lost++;
  select undef, undef, undef, 0.5;
}
`
