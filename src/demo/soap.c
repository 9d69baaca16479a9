#include "soap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "xml.h"

#define ENVELOPE_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define E_NOT_VALID 0x8102006du
#define ENVELOPE_12 "http://www.w3.org/2003/05/soap-envelope"

/* What ASP.NET says of requests that reach no operation. */
static int client_fault(struct call *c, const char *text, const char *detail)
{
	c->fault = (struct fault) { .set = true, .client = true };
	snprintf(c->fault.text, sizeof(c->fault.text), "%s%s", text, detail);
	return -EINVAL;
}

/* "http://schemas.microsoft.com/sharepoint/soap/GetList", quotes or not, -> "GetList" */
static bool is_action(const char *action, const char *name)
{
	size_t n = strlen(action);

	if (n >= 2 && action[0] == '"' && action[n - 1] == '"') {
		action++;
		n -= 2;
	}
	return n == strlen(SOAP_NS) + strlen(name) && strncmp(action, SOAP_NS, strlen(SOAP_NS)) == 0 &&
	       strncmp(action + strlen(SOAP_NS), name, strlen(name)) == 0;
}

/* Does the table say "name:raw"? */
static bool is_raw(const struct op *op, const char *name)
{
	const char *at = strstr(op->args, ":raw");
	size_t n = strlen(name);

	return at && (size_t) (at - op->args) >= n && memcmp(at - n, name, n) == 0;
}

/* The parameters are strings: white space around most of them means nothing. */
static void trim_params(const struct op *op, struct xml *args)
{
	for (struct xml *x = args->first; x; x = x->next) {
		char *from = is_raw(op, x->name) ? x->text : str_trim(x->text);

		memmove(x->text, from, strlen(from) + 1);
	}
}

/* A header of the envelope that the sender wants understood: this service knows none (SOAP 1.1 4.2.3, 1.2 5.2.3). NULL: there is none. */
static const struct xml *strange_header(const struct xml *envelope)
{
	const struct xml *header = xml_child(envelope, "Header");

	for (const struct xml *x = header ? header->first : NULL; x; x = x->next) {
		const char *must = xml_attr(x, "mustUnderstand");

		if (must && (str_eq(must, "1") || str_eq(must, "true")))
			return x;
	}
	return NULL;
}

static int refuse_header(struct call *c, const struct xml *x)
{
	client_fault(c, "Did not understand \"MustUnderstand\" header(s):", x->name);
	c->fault.header = true;
	return -EINVAL;
}

static struct xml *body_of(struct soap *s)
{
	const struct xml *root = s->doc;

	if (strcmp(root->name, "Envelope") != 0)
		return NULL;
	s->v12 = strcmp(root->ns, ENVELOPE_12) == 0;
	if (!s->v12 && strcmp(root->ns, ENVELOPE_11) != 0)
		return NULL;
	for (struct xml *x = root->first; x; x = x->next)
		if (strcmp(x->name, "Body") == 0 && strcmp(x->ns, root->ns) == 0)
			return x->first;
	return NULL;
}

/* The operation of that element, if the product has it. */
static const struct op *find_op(const struct call *c, const struct xml *x)
{
	const struct op *op = strcmp(x->ns, SOAP_NS) == 0 ? op_find(x->name, c->m->version) : NULL;

	return op && c->m->wss2 && !op_is_of_2003(op) ? NULL : op;
}

int soap_read(struct soap *s, struct call *c, const char *body, size_t n, const char *action)
{
	struct xml *op;
	int r = xml_parse(body, n, &s->doc);

	if (r == -ENOMEM)
		return r;
	op = r < 0 ? NULL : body_of(s);
	if (r < 0 || !op)
		return client_fault(c, "Server was unable to read request. ---> There is an error in XML document.",
				    "");
	if (strange_header(s->doc))
		return refuse_header(c, strange_header(s->doc));
	c->op = find_op(c, op);
	if (!c->op || (action && !is_action(action, c->op->name)))
		return client_fault(c, "Server did not recognize the value of HTTP Header SOAPAction: ",
				    action ? action : op->name);
	/* scripts in pages read without the header; what writes has to have it, for no form can send it */
	if (!action && !s->v12 && c->op->writes)
		return call_fault(c, E_NOT_VALID, "The security validation for this page is invalid.  Click Back in your "
						  "Web browser, refresh the page, and try your operation again.");
	trim_params(c->op, op);
	c->args = op;
	return 0;
}

void soap_release(struct soap *s)
{
	s->doc = xml_free(s->doc);
}

static void open_envelope(const struct soap *s, struct buf *out)
{
	buf_addf(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"%s\" "
		      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		      "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body>",
		 s->v12 ? ENVELOPE_12 : ENVELOPE_11);
}

void soap_answer(const struct soap *s, const struct call *c, const struct buf *result, struct buf *out)
{
	const char *name = c->op->name;

	open_envelope(s, out);
	if (c->op->no_result) {
		buf_addf(out, "<%sResponse xmlns=\"%s\"/>", name, SOAP_NS);
	} else {
		buf_addf(out, "<%sResponse xmlns=\"%s\"><%sResult>", name, SOAP_NS, name);
		buf_add(out, result->p, result->len);
		buf_addf(out, "</%sResult></%sResponse>", name, name);
	}
	buf_adds(out, "</soap:Body></soap:Envelope>");
}

/* A message in another language, as a server with another language pack would send it. */
static const char *fault_text(const struct call *c)
{
	return c->quirks.localised ? "Ein unerwarteter Fehler ist aufgetreten: Überprüfen Sie die Anforderung."
				   : c->fault.text;
}

static void fault_detail(const struct call *c, struct buf *out)
{
	buf_addf(out, "<errorstring xmlns=\"%s\">", SOAP_NS);
	xml_text(out, fault_text(c));
	buf_adds(out, "</errorstring>");
	if (c->fault.code)
		buf_addf(out, c->quirks.upper_codes ? "<errorcode xmlns=\"%s\">0x%08X</errorcode>"
						    : "<errorcode xmlns=\"%s\">0x%08x</errorcode>",
			 SOAP_NS, c->fault.code);
}

#define EXCEPTION "Exception of type 'Microsoft.SharePoint.SoapServer.SoapServerException' was thrown."

static void fault_11(const struct call *c, bool detail, struct buf *out)
{
	buf_addf(out, "<soap:Fault><faultcode>soap:%s</faultcode><faultstring>",
		 c->fault.header ? "MustUnderstand" : c->fault.client ? "Client" : "Server");
	xml_text(out, c->fault.client ? c->fault.text : EXCEPTION);
	buf_adds(out, "</faultstring>");
	if (c->fault.client && !c->fault.header)
		buf_adds(out, "<detail/>");
	else if (detail)
		buf_adds(out, "<detail>");
	if (detail) {
		fault_detail(c, out);
		buf_adds(out, "</detail>");
	}
	buf_adds(out, "</soap:Fault>");
}

static void fault_12(const struct call *c, bool detail, struct buf *out)
{
	buf_addf(out, "<soap:Fault><soap:Code><soap:Value>soap:%s</soap:Value></soap:Code>"
		      "<soap:Reason><soap:Text xml:lang=\"en\">",
		 c->fault.header ? "MustUnderstand" : c->fault.client ? "Sender" : "Receiver");
	xml_text(out, c->fault.client ? c->fault.text : EXCEPTION);
	buf_adds(out, "</soap:Text></soap:Reason>");
	if (detail) {
		buf_adds(out, "<soap:Detail>");
		fault_detail(c, out);
		buf_adds(out, "</soap:Detail>");
	}
	buf_adds(out, "</soap:Fault>");
}

void soap_fault(const struct soap *s, const struct call *c, struct buf *out)
{
	bool detail = !c->fault.client && !c->quirks.bare_fault;

	open_envelope(s, out);
	(s->v12 ? fault_12 : fault_11)(c, detail, out);
	buf_adds(out, "</soap:Body></soap:Envelope>");
}
