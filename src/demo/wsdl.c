#include "wsdl.h"

#include <string.h>

#include "base/buf.h"
#include "call.h"
#include "soap.h"
#include "xml.h"

static void write_any(const char *name, struct buf *out)
{
	buf_addf(out, "<s:element minOccurs=\"0\" maxOccurs=\"1\" name=\"%s\"><s:complexType mixed=\"true\">"
		      "<s:sequence><s:any/></s:sequence></s:complexType></s:element>",
		 name);
}

static void write_simple(const char *name, const char *type, struct buf *out)
{
	buf_addf(out, "<s:element minOccurs=\"0\" maxOccurs=\"1\" name=\"%s\" type=\"s:%s\"/>", name, type);
}

/* "listName query:xml": the parameters of an operation. */
static void write_args(const char *args, struct buf *out)
{
	while (*args) {
		size_t n = strcspn(args, " ");
		size_t k = strcspn(args, " :");
		char name[64], type[32];

		snprintf(name, sizeof(name), "%.*s", (int) k, args);
		snprintf(type, sizeof(type), "%.*s", n > k ? (int) (n - k - 1) : 6, n > k ? args + k + 1 : "string");
		if (strcmp(type, "xml") == 0)
			write_any(name, out);
		else
			write_simple(name, strcmp(type, "raw") == 0 ? "string" : type, out);
		args += n + strspn(args + n, " ");
	}
}

static void write_types(const struct op *op, struct buf *out)
{
	char result[80];

	buf_addf(out, "<s:element name=\"%s\"><s:complexType><s:sequence>", op->name);
	write_args(op->args, out);
	buf_addf(out, "</s:sequence></s:complexType></s:element>"
		      "<s:element name=\"%sResponse\"><s:complexType><s:sequence>",
		 op->name);
	snprintf(result, sizeof(result), "%sResult", op->name);
	if (op->simple)
		write_simple(result, op->simple, out);
	else if (!op->no_result)
		write_any(result, out);
	buf_adds(out, "</s:sequence></s:complexType></s:element>");
}

static void write_messages(const struct op *op, struct buf *out)
{
	buf_addf(out, "<wsdl:message name=\"%sSoapIn\"><wsdl:part name=\"parameters\" element=\"tns:%s\"/></wsdl:message>",
		 op->name, op->name);
	buf_addf(out, "<wsdl:message name=\"%sSoapOut\"><wsdl:part name=\"parameters\" element=\"tns:%sResponse\"/>"
		      "</wsdl:message>",
		 op->name, op->name);
}

static void write_port(const struct op *op, struct buf *out)
{
	buf_addf(out, "<wsdl:operation name=\"%s\"><wsdl:input message=\"tns:%sSoapIn\"/>"
		      "<wsdl:output message=\"tns:%sSoapOut\"/></wsdl:operation>",
		 op->name, op->name, op->name);
}

static void write_binding_11(const struct op *op, struct buf *out)
{
	buf_addf(out, "<wsdl:operation name=\"%s\"><soap:operation soapAction=\"%s%s\" style=\"document\"/>"
		      "<wsdl:input><soap:body use=\"literal\"/></wsdl:input>"
		      "<wsdl:output><soap:body use=\"literal\"/></wsdl:output></wsdl:operation>",
		 op->name, SOAP_NS, op->name);
}

static void write_binding_12(const struct op *op, struct buf *out)
{
	buf_addf(out, "<wsdl:operation name=\"%s\"><soap12:operation soapAction=\"%s%s\" style=\"document\"/>"
		      "<wsdl:input><soap12:body use=\"literal\"/></wsdl:input>"
		      "<wsdl:output><soap12:body use=\"literal\"/></wsdl:output></wsdl:operation>",
		 op->name, SOAP_NS, op->name);
}

static void each_op(int version, void (*fn)(const struct op *op, struct buf *out), struct buf *out)
{
	const struct op *op;

	for (unsigned i = 0; (op = op_nth(i)); i++)
		if (version >= op->first && version <= op->last)
			fn(op, out);
}

void wsdl_write(int version, const char *address, struct buf *out)
{
	buf_addf(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><wsdl:definitions "
		      "xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" "
		      "xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" "
		      "xmlns:s=\"http://www.w3.org/2001/XMLSchema\" xmlns:tns=\"%s\" "
		      "xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" targetNamespace=\"%s\"><wsdl:types>"
		      "<s:schema elementFormDefault=\"qualified\" targetNamespace=\"%s\">",
		 SOAP_NS, SOAP_NS, SOAP_NS);
	each_op(version, write_types, out);
	buf_adds(out, "</s:schema></wsdl:types>");
	each_op(version, write_messages, out);
	buf_adds(out, "<wsdl:portType name=\"ListsSoap\">");
	each_op(version, write_port, out);
	buf_adds(out, "</wsdl:portType><wsdl:binding name=\"ListsSoap\" type=\"tns:ListsSoap\">"
		      "<soap:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>");
	each_op(version, write_binding_11, out);
	buf_adds(out, "</wsdl:binding><wsdl:binding name=\"ListsSoap12\" type=\"tns:ListsSoap\">"
		      "<soap12:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>");
	each_op(version, write_binding_12, out);
	buf_adds(out, "</wsdl:binding><wsdl:service name=\"Lists\"><wsdl:port name=\"ListsSoap\" "
		      "binding=\"tns:ListsSoap\"><soap:address");
	xml_put(out, "location", address);
	buf_adds(out, "/></wsdl:port><wsdl:port name=\"ListsSoap12\" binding=\"tns:ListsSoap12\"><soap12:address");
	xml_put(out, "location", address);
	buf_adds(out, "/></wsdl:port></wsdl:service></wsdl:definitions>");
}
