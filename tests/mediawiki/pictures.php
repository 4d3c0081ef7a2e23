<?php
# Draws the pictures of the test wiki into the folder named by the first argument.
$draw = function ( string $name, int $red, int $green, int $blue ) use ( $argv ) {
	$picture = imagecreatetruecolor( 64, 48 );
	imagefill( $picture, 0, 0, imagecolorallocate( $picture, $red, $green, $blue ) );
	imagefilledellipse( $picture, 24, 20, 30, 18, imagecolorallocate( $picture, $blue, $red, $green ) );
	$path = "$argv[1]/$name";
	str_ends_with( $name, '.png' ) ? imagepng( $picture, $path ) : imagejpeg( $picture, $path );
};
$draw( 'Demo_photo.jpg', 200, 30, 90 );
$draw( 'Heron_at_dusk.png', 20, 60, 120 );
$draw( 'Film_poster.jpg', 10, 10, 10 );
