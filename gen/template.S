/* The fixed text of generated scripts, as bytes of the program. See gen/python.c. */
	.section .rodata
	.global	gen_template_start, gen_template_end
gen_template_start:
	.incbin "gen/template.py"
gen_template_end:
	.byte	0
	.section .note.GNU-stack, "", %progbits
