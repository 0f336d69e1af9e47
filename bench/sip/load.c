/*
 * The other end of a notifier, over UDP and one socket: subscribes, answers every NOTIFY, publishes.
 *
 *     load HOST PORT LINES BODY ACCEPT
 *
 * LINES is a file: in each line a Request-URI and, if it is to be asserted, the address of who subscribes. BODY is what is
 * published. Commands come on stdin, each is answered by a line of JSON; between them NOTIFYs are answered all the same:
 *
 *     subscribe COUNT WINDOW   one subscription for each line in turn, at most WINDOW of them waiting for their first NOTIFY
 *     publish WINDOW COUNT     one PUBLISH for each line, at most WINDOW of them unanswered, until COUNT NOTIFYs have come
 *     expect COUNT             says "expecting" first, then waits until COUNT NOTIFYs have come
 *
 * Nothing new for 8 seconds ends a command, and so do ten minutes; the end of stdin ends the program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, DATAGRAM = 65536, ANSWER = 4096, TEXT = 256 };
static const double SILENCE = 8, LONGEST = 600, RETRANSMISSION = 0.5;

struct resource { char uri[TEXT], identity[TEXT], etag[TEXT]; bool published; };
struct subscription { unsigned sequence; bool answered, notified; double sent; };

static int out;
static struct sockaddr_in server;
static int port;
static unsigned run;
static const char *accepts;
static char *body;
static int body_length;
static struct resource *resources;
static int resource_count;
static struct subscription *subscriptions;
static int subscription_count;

/* What the present command has seen. */
static int answered, first_notified, notified, repeated, refused, published, round_number;
static long long bytes;
static double last_news;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* The value of a header field, and its length; NULL when it is not there. */
static const char *field(const char *message, const char *name, int *length) {
  size_t size = strlen(name);
  for (const char *line = strstr(message, "\r\n"); line != NULL && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, name, size) != 0 || line[2 + size] != ':') continue;
    const char *value = line + 3 + size;
    while (*value == ' ') value++;
    *length = strstr(value, "\r\n") - value;
    return value;
  }
  return NULL;
}

static unsigned sequence_of(const char *message) {
  int length;
  const char *value = field(message, "CSeq", &length);
  return value == NULL ? 0 : strtoul(value, NULL, 10);
}

/* The number in a Call-ID of this run that begins with `kind`, or -1. */
static int number_of(const char *message, char kind) {
  int length, number;
  unsigned of;
  const char *value = field(message, "Call-ID", &length);
  if (value == NULL || *value != kind || sscanf(value + 1, "%d-%x", &number, &of) != 2 || of != run) return -1;
  return number;
}

static void send_text(const char *text, int length) {
  sendto(out, text, length, 0, (struct sockaddr *)&server, sizeof server);
}

static void subscribe(int number) {
  char text[ANSWER], identity[TEXT + 32] = "";
  const struct resource *resource = &resources[number % resource_count];
  if (resource->identity[0] != '\0')
    snprintf(identity, sizeof identity, "P-Asserted-Identity: <%s>\r\n", resource->identity);
  int length = snprintf(text, sizeof text,
    "SUBSCRIBE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=z9hG4bK%x-%d-s\r\nMax-Forwards: 70\r\n"
    "Contact: <sip:u%d@127.0.0.1:%d>\r\nTo: <%s>\r\nFrom: \"User %d\" <sip:u%d@127.0.0.1>;tag=f%d\r\n"
    "Call-ID: c%d-%x@127.0.0.1\r\nCSeq: 1 SUBSCRIBE\r\nExpires: 3600\r\nAccept: %s\r\nAllow-Events: conference\r\n"
    "Event: conference\r\n%sUser-Agent: load\r\nSupported: eventlist\r\nContent-Length: 0\r\n\r\n",
    resource->uri, port, run, number, number, port, resource->uri, number, number, number, number, run, accepts, identity);
  subscriptions[number].sent = now();
  send_text(text, length);
}

static void publish(int number) {
  static char text[DATAGRAM + ANSWER];
  const struct resource *resource = &resources[number];
  const char *etag = resource->etag;
  int length = snprintf(text, sizeof text,
    "PUBLISH %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=z9hG4bK%x-%d-p%d\r\nMax-Forwards: 70\r\n"
    "To: <%s>\r\nFrom: <%s>;tag=p%d\r\nCall-ID: p%d-%x-%d@127.0.0.1\r\nCSeq: 1 PUBLISH\r\nExpires: 3600\r\n"
    "Event: conference\r\n%s%s%sContent-Type: application/conference-info+xml\r\nContent-Length: %d\r\n\r\n",
    resource->uri, port, run, number, round_number, resource->uri, resource->uri, number, number, run, round_number,
    etag[0] == '\0' ? "" : "SIP-If-Match: ", etag, etag[0] == '\0' ? "" : "\r\n", body_length);
  memcpy(text + length, body, body_length);
  send_text(text, length + body_length);
}

/* Takes note of a NOTIFY and writes its 200. */
static int take_notify(const char *message, char *answer) {
  static const char *const COPIED[] = {"Via", "From", "To", "Call-ID", "CSeq"};
  int number = number_of(message, 'c');
  int length = sprintf(answer, "SIP/2.0 200 OK\r\n");
  for (int at = 0; at < 5; at++) {
    int size;
    const char *value = field(message, COPIED[at], &size);
    if (value != NULL && length + size + 64 < ANSWER)
      length += sprintf(answer + length, "%s: %.*s\r\n", COPIED[at], size, value);
  }
  length += sprintf(answer + length, "Content-Length: 0\r\n\r\n");
  if (number < 0 || number >= subscription_count) return length;
  struct subscription *subscription = &subscriptions[number];
  unsigned sequence = sequence_of(message);
  if (sequence <= subscription->sequence) repeated++;
  else {
    subscription->sequence = sequence;
    notified++;
    last_news = now();
    if (!subscription->notified) first_notified++;
    subscription->notified = true;
  }
  return length;
}

static void take_response(const char *message) {
  int status = atoi(message + 8), length;
  if (status < 200) return;
  if (status >= 300 && refused++ < 3) fprintf(stderr, "%.*s\n", (int)strcspn(message, "\r"), message);
  int number = number_of(message, 'c');
  if (number >= 0 && number < subscription_count && !subscriptions[number].answered) {
    subscriptions[number].answered = true;
    answered++;
    last_news = now();
  }
  number = number_of(message, 'p');
  if (number < 0 || number >= resource_count || resources[number].published) return;
  const char *etag = field(message, "SIP-ETag", &length);
  if (etag != NULL) snprintf(resources[number].etag, TEXT, "%.*s", length, etag);
  resources[number].published = true;
  published++;
  last_news = now();
}

/* Takes what has come, or waits for it a little. */
static void pump(int milliseconds) {
  static char in[BATCH][DATAGRAM + 1], answers[BATCH][ANSWER];
  static struct sockaddr_in peers[BATCH];
  static struct iovec in_parts[BATCH], out_parts[BATCH];
  static struct mmsghdr came[BATCH], going[BATCH];
  struct pollfd waiting = {out, POLLIN, 0};
  if (poll(&waiting, 1, milliseconds) <= 0) return;
  for (int at = 0; at < BATCH; at++) {
    in_parts[at] = (struct iovec){in[at], DATAGRAM};
    came[at].msg_hdr = (struct msghdr){&peers[at], sizeof peers[at], &in_parts[at], 1, NULL, 0, 0};
  }
  int count = recvmmsg(out, came, BATCH, MSG_DONTWAIT, NULL), replies = 0;
  for (int at = 0; at < count; at++) {
    in[at][came[at].msg_len] = '\0';
    bytes += came[at].msg_len;
    if (strncmp(in[at], "NOTIFY ", 7) != 0) {
      take_response(in[at]);
      continue;
    }
    out_parts[replies] = (struct iovec){answers[replies], take_notify(in[at], answers[replies])};
    going[replies].msg_hdr = (struct msghdr){&peers[at], sizeof peers[at], &out_parts[replies], 1, NULL, 0, 0};
    replies++;
  }
  for (int sent = 0; sent < replies;) {
    int more = sendmmsg(out, going + sent, replies - sent, 0);
    if (more <= 0) break;
    sent += more;
  }
}

static bool is_over(double begun) {
  double time = now();
  return time - begun > LONGEST || time - last_news > SILENCE;
}

static void begin(void) {
  notified = repeated = refused = published = 0;
  bytes = 0;
  last_news = now();
  round_number++;
}

static void report(double begun) {
  printf("{\"seconds\":%.6f,\"notified\":%d,\"repeated\":%d,\"refused\":%d,\"bytes\":%lld}\n", last_news - begun, notified,
         repeated, refused, bytes);
  fflush(stdout);
}

/* Sends once more what nobody has answered. */
static void resubscribe(int from, int to, int window) {
  double time = now();
  for (int number = from; number < to && window > 0; number++) {
    struct subscription *subscription = &subscriptions[number];
    if (subscription->answered || time - subscription->sent < RETRANSMISSION) continue;
    subscribe(number);
    window--;
  }
}

static void run_subscribe(int count, int window) {
  int from = subscription_count, next = from;
  subscription_count += count;
  subscriptions = realloc(subscriptions, subscription_count * sizeof *subscriptions);
  memset(subscriptions + from, 0, count * sizeof *subscriptions);
  answered = first_notified = 0;
  begin();
  double begun = now(), looked = begun;
  while ((answered < count || first_notified < count) && !is_over(begun)) {
    int complete = answered < first_notified ? answered : first_notified;
    while (next < subscription_count && next - from - complete < window) subscribe(next++);
    pump(20);
    if (now() - looked < RETRANSMISSION) continue;
    looked = now();
    resubscribe(from, next, window);
  }
  report(begun);
}

static void run_publish(int window, int count) {
  int next = 0;
  begin();
  for (int number = 0; number < resource_count; number++) resources[number].published = false;
  double begun = now(), sent = begun;
  while ((notified < count || published < resource_count) && !is_over(begun)) {
    for (; next < resource_count && next - published < window; sent = now()) publish(next++);
    pump(20);
    if (published == next || now() - sent < RETRANSMISSION) continue;
    for (int number = 0; number < next; number++)
      if (!resources[number].published) publish(number);
    sent = now();
  }
  report(begun);
}

static void run_expect(int count) {
  begin();
  printf("expecting\n");
  fflush(stdout);
  double begun = now();
  while (notified < count && !is_over(begun)) pump(20);
  report(begun);
}

static void read_resources(const char *file) {
  FILE *lines = fopen(file, "r");
  char line[2 * TEXT];
  if (lines == NULL) exit(1);
  while (fgets(line, sizeof line, lines) != NULL) {
    resources = realloc(resources, (resource_count + 1) * sizeof *resources);
    struct resource *resource = &resources[resource_count++];
    memset(resource, 0, sizeof *resource);
    sscanf(line, "%255s %255s", resource->uri, resource->identity);
  }
  fclose(lines);
}

static void read_body(const char *file) {
  FILE *bytes_of = fopen(file, "rb");
  if (bytes_of == NULL) exit(1);
  body = malloc(DATAGRAM);
  body_length = fread(body, 1, DATAGRAM - ANSWER, bytes_of);
  fclose(bytes_of);
}

static void open_socket(const char *host, const char *service) {
  int room = 128 << 20;
  struct sockaddr_in own = {.sin_family = AF_INET};
  socklen_t size = sizeof own;
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(service))};
  inet_pton(AF_INET, host, &server.sin_addr);
  inet_pton(AF_INET, "127.0.0.1", &own.sin_addr);
  out = socket(AF_INET, SOCK_DGRAM, 0);
  /* Only the superuser gets more than the system's limit. */
  if (setsockopt(out, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    setsockopt(out, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (bind(out, (struct sockaddr *)&own, sizeof own) != 0) exit(1);
  getsockname(out, (struct sockaddr *)&own, &size);
  port = ntohs(own.sin_port);
}

/* Runs the commands of one read of stdin; false when it has ended. */
static bool obey(void) {
  char text[TEXT];
  int one, other;
  ssize_t length = read(STDIN_FILENO, text, sizeof text - 1);
  if (length <= 0) return false;
  text[length] = '\0';
  if (sscanf(text, "subscribe %d %d", &one, &other) == 2) run_subscribe(one, other);
  else if (sscanf(text, "publish %d %d", &one, &other) == 2) run_publish(one, other);
  else if (sscanf(text, "expect %d", &one) == 1) run_expect(one);
  return true;
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  open_socket(arguments[1], arguments[2]);
  read_resources(arguments[3]);
  read_body(arguments[4]);
  accepts = arguments[5];
  run = getpid() ^ (unsigned)time(NULL);
  for (;;) {
    struct pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {out, POLLIN, 0}};
    poll(waiting, 2, -1);
    if (waiting[1].revents & POLLIN) pump(0);
    if (waiting[0].revents != 0 && !obey()) return 0;
  }
}
