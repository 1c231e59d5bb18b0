/* The fixed text of generated scripts, as bytes of the program. See gen/python.c. */
	.section .rodata
	.global	gen_template
gen_template:
	.incbin "gen/template.py"
	.byte	0
	.section .note.GNU-stack, "", %progbits
