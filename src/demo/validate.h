#ifndef DEMO_VALIDATE_H
#define DEMO_VALIDATE_H

/*
 * A list's validation, [MS-LISTSWS] 2.2.4.12: properties of the list that are no attributes of it. The formula has internal
 * names; either is absent, or at most VALIDATION_MAX characters long.
 */
#define VALIDATION_FORMULA "_Validation"
#define VALIDATION_MESSAGE "_ValidationMessage"
#define VALIDATION_MAX 1024

#endif
