# Installing, and the packages that building and testing need. Included by the Makefile.
