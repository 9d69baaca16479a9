#ifndef SP_LISTXML_H
#define SP_LISTXML_H

#include "model/list.h"
#include "soap.h"

/*
 * The List element ([MS-LISTSWS] 2.2.4.11, .12), which three operations answer with. An
 * operation's table takes LISTXML_RULES, its states begin at LISTXML_STATES, and its
 * sink hands the states below to the two functions.
 */
enum listxml_state {
	LISTXML_LIST = SOAP_STATES,
	LISTXML_FIELDS,
	LISTXML_FIELD,
	LISTXML_DEFAULT,
	LISTXML_CHOICES,
	LISTXML_CHOICE,
	LISTXML_REGIONAL,
	LISTXML_TIMEZONE,
	LISTXML_SERVER,
	LISTXML_VERSION,
	LISTXML_STATES
};

/* ID and Title are required; so are Name and Type of a Field. The rest has a default. */
#define LISTXML_RULES(from)                                                    \
	XML_NEED(from, SP_NS, "List", LISTXML_LIST, "ID"),                     \
	XML_RULE(LISTXML_LIST, SP_NS, "Fields", LISTXML_FIELDS),               \
	XML_NEED(LISTXML_FIELDS, SP_NS, "Field", LISTXML_FIELD, "Name"),       \
	XML_TEXT(LISTXML_FIELD, SP_NS, "Default", LISTXML_DEFAULT),            \
	XML_RULE(LISTXML_FIELD, SP_NS, "CHOICES", LISTXML_CHOICES),            \
	XML_TEXT(LISTXML_CHOICES, SP_NS, "CHOICE", LISTXML_CHOICE),            \
	XML_RULE(LISTXML_LIST, SP_NS, "RegionalSettings", LISTXML_REGIONAL),   \
	XML_TEXT(LISTXML_REGIONAL, SP_NS, "TimeZone", LISTXML_TIMEZONE),       \
	XML_RULE(LISTXML_LIST, SP_NS, "ServerSettings", LISTXML_SERVER),       \
	XML_TEXT(LISTXML_SERVER, SP_NS, "ServerVersion", LISTXML_VERSION)

/* On LISTXML_LIST `l` is emptied first. 0, -ENOMEM, -EBADMSG: a required attribute is missing or no GUID. */
int listxml_enter(struct list *l, int state, struct xml *x);

/* `l` is whole when LISTXML_LIST is left. */
int listxml_leave(struct list *l, int state, const char *text);

#endif
